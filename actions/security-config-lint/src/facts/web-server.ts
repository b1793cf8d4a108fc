import type { App } from '../app.ts';

/** The configuration of a web server or proxy in the repository, by the name of its file. */
interface Server {
  readonly files: RegExp;
  /** Sends http to https. */
  readonly redirects: RegExp;
  /** Answers for named hosts. */
  readonly hosts: RegExp;
}

const SERVERS: readonly Server[] = [
  { files: /(?:^|\/)(?:[^/]*nginx[^/]*\/.*|[^/]*nginx[^/]*|[^/]+\.conf(?:\.template)?)$/i, redirects: /^\s*(?:return\s+30[1278]\s+https:|rewrite\s.*\shttps:)/m, hosts: /^\s*server_name\s+[^;]*[a-z0-9-]\.[a-z]/im },
  // Caddy answers http with a redirect by itself for every site that it has a name for.
  { files: /(?:^|\/)Caddyfile[^/]*$/, redirects: /^\s*(?:https:\/\/)?[\w*.-]+\.[a-z]{2,}(?:[\s,{]|$)/im, hosts: /^\s*(?:https:\/\/)?[\w*.-]+\.[a-z]{2,}(?:[\s,{]|$)/im },
  { files: /(?:^|\/)haproxy[^/]*\.cfg$/i, redirects: /^\s*(?:http-request\s+)?redirect\s+scheme\s+https\b/m, hosts: /\bhdr\(host\)/i },
  { files: /(?:^|\/)(?:(?:docker-)?compose[^/]*\.ya?ml|traefik[^/]*\.(?:ya?ml|toml))$/i, redirects: /redirectscheme\.scheme[=:\s]+"?https|redirections\.entrypoint\.scheme[=:\s]+"?https|redirectScheme:\s*\n\s*scheme:\s*"?https|redirections:\s*\n\s*entryPoint:\s*\n(?:.*\n)?\s*scheme:\s*"?https/i, hosts: /\bHost\(\s*[`'"]/ },
  { files: /(?:^|\/)\.htaccess$/, redirects: /^\s*(?:RewriteRule\s+\S+\s+https:|Redirect\s+(?:permanent|30[1278])?\s*\/\s+https:)/im, hosts: /(?!)/ },
];

/** The first file of the repository in which a server does this. */
export function serverFile({ repository }: Pick<App, 'repository'>, what: 'redirects' | 'hosts'): string | undefined {
  return repository.files.find((file) => SERVERS.some((server) => server.files.test(file) && server[what].test(withoutComments(repository.text(file) ?? ''))));
}

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*#.*$/gm, '');
}
