import type { App } from '../app.ts';

/** Where TLS ends, and how that is known. */
export type TlsEnd = { readonly kind: 'app' | 'proxy'; readonly why: string } | { readonly kind: 'unknown'; readonly why: string };

interface Sign {
  readonly files: RegExp;
  readonly tls: RegExp;
  /** To a program that speaks http: the application sees no TLS. To FPM: the web server tells it. */
  readonly proxy: RegExp;
  readonly app: RegExp;
}

const SIGNS: readonly Sign[] = [
  { files: /(?:^|\/)(?:[^/]*nginx[^/]*\/.*|[^/]*nginx[^/]*|[^/]+\.conf(?:\.template)?)$/i, tls: /^\s*(?:ssl_certificate\s|listen\s[^;]*\bssl\b)/m, proxy: /^\s*proxy_pass\s/m, app: /^\s*fastcgi_pass\s/m },
  { files: /(?:^|\/)Caddyfile[^/]*$/, tls: /\S/, proxy: /^\s*reverse_proxy\s/m, app: /^\s*(?:php_fastcgi|php_server)\b/m },
  { files: /(?:^|\/)haproxy[^/]*\.cfg$/i, tls: /^\s*bind\s.*\bssl\b/m, proxy: /\S/, app: /(?!)/ },
  { files: /(?:^|\/)(?:docker-)?compose[^/]*\.ya?ml$/i, tls: /traefik\.http\.routers\.[^=:\s]+\.tls/, proxy: /\S/, app: /(?!)/ },
];

/** The input `tls-at`, else what the proxy configurations of the repository say. */
export function tlsEnd({ tlsAt, repository }: Pick<App, 'tlsAt' | 'repository'>): TlsEnd {
  if (tlsAt !== 'auto') return { kind: tlsAt, why: `tls-at: ${tlsAt}` };
  const found: { kind: 'app' | 'proxy'; file: string }[] = [];
  for (const file of repository.files) {
    for (const { files, tls, proxy, app } of SIGNS) {
      if (!files.test(file)) continue;
      const text = repository.text(file) ?? '';
      if (!tls.test(text)) continue;
      if (proxy.test(text)) found.push({ kind: 'proxy', file });
      else if (app.test(text)) found.push({ kind: 'app', file });
    }
  }
  const [first] = found;
  if (first === undefined) return { kind: 'unknown', why: 'nothing says where TLS ends: give `tls-at: app` or `tls-at: proxy`' };
  if (found.some(({ kind }) => kind !== first.kind)) return { kind: 'unknown', why: `${found.map(({ file }) => file).join(' and ')} end TLS in different places: give \`tls-at\`` };
  return { kind: first.kind, why: first.file };
}
