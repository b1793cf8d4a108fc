import type { Place, PhpFile, PhpNode } from '@ops/laravel/app';
import type { App } from '../app.ts';
import { callsIn, literalsOf, propertyIn } from './php-calls.ts';

/** Which proxies the application believes: `trustProxies(at:)`, then `$proxies` of its middleware, then `trustedproxy.proxies`. */
export type TrustedProxies =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' | 'some'; readonly place: Place | undefined }
  | { readonly kind: 'unknown'; readonly why: string };

/** `REMOTE_ADDR` is whoever asks. */
const EVERY_PROXY: readonly string[] = ['*', '**', 'REMOTE_ADDR', '0.0.0.0/0', '::/0'];

export function trustedProxies({ laravel }: Pick<App, 'laravel'>): TrustedProxies {
  for (const path of laravel.filesWith(['trustProxies', 'TrustProxies'])) {
    const file = laravel.php(path);
    if (file === undefined) return { kind: 'unknown', why: `${path} cannot be parsed` };
    const [call] = callsIn(file, ['trustProxies']);
    const at = call?.argument('at', 0);
    if (at !== undefined) return said(file, at);
  }
  for (const path of laravel.filesWith(['$proxies'])) {
    const file = laravel.php(path);
    const proxies = file === undefined ? undefined : propertyIn(file, 'proxies');
    if (file !== undefined && proxies !== undefined && literalsOf(proxies)?.[0]?.kind !== 'null') return said(file, proxies);
  }
  const configured = laravel.config('trustedproxy.proxies');
  if (configured.kind === 'unknown') return { kind: 'unknown', why: configured.why };
  if (configured.kind === 'array' && configured.entries.size > 0) return { kind: 'some', place: configured.place };
  if (configured.kind === 'known' && typeof configured.value === 'string' && configured.value !== '') return { kind: EVERY_PROXY.includes(configured.value) ? 'all' : 'some', place: configured.place };
  return { kind: 'none' };
}

function said(file: PhpFile, node: PhpNode): TrustedProxies {
  const literals = literalsOf(node);
  const place = file.placeOf(node);
  if (literals === undefined) return { kind: 'unknown', why: `${file.path} computes the trusted proxies` };
  if (literals.some((each) => each.kind === 'text' && EVERY_PROXY.includes(each.text))) return { kind: 'all', place };
  return literals.some(({ kind }) => kind !== 'null') ? { kind: 'some', place } : { kind: 'none' };
}
