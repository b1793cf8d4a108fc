import type { Source } from './source.ts';

/** The page's own host and port, which `'self'` and sources without a scheme speak of. Pages are taken to be https. */
export interface PageOrigin {
  readonly host: string;
  readonly port: string;
}

/** What a source expression reaches: `*` is any. `network` is http, https, ws and wss. */
interface Reach {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  readonly path: string | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443', ws: '80', wss: '443' };
/** On an https page browsers load nothing over http, and a source for http matches https as well: the three reach the same. */
const WEB = ['network', 'http', 'https'];

/** True when everything that `wanted` reaches is allowed by the list, as far as it is a matter of addresses. */
export function covers(list: readonly Source[], wanted: Source, page: PageOrigin | undefined): boolean {
  const goal = reachOf(wanted, page);
  return goal !== undefined && list.some((source) => {
    const reach = reachOf(source, page);
    return reach !== undefined && schemeCovers(reach, goal) && hostCovers(reach.host, goal.host) && portCovers(reach, goal) && pathCovers(reach.path, goal.path);
  });
}

/** True when the source reaches every host of the web. */
export function reachesAnyHost(source: Source): boolean {
  const reach = reachOf(source, undefined);
  return reach?.host === '*' && WEB.includes(reach.scheme);
}

function reachOf(source: Source, page: PageOrigin | undefined): Reach | undefined {
  switch (source.kind) {
    case 'keyword':
      return source.name === 'self' ? { scheme: 'https', host: page?.host ?? "'self'", port: page?.port ?? '443', path: undefined } : undefined;
    case 'scheme':
      return { scheme: source.scheme, host: '*', port: '*', path: undefined };
    case 'host':
      // Only a lone asterisk means any port too.
      if (source.text === '*') return { scheme: 'network', host: '*', port: '*', path: undefined };
      return { scheme: source.scheme ?? 'https', host: source.host, port: source.port ?? '', path: source.path };
    case 'nonce':
    case 'hash':
    case 'invalid':
      return undefined;
  }
}

function schemeCovers(list: Reach, wanted: Reach): boolean {
  return list.scheme === wanted.scheme || (WEB.includes(list.scheme) && WEB.includes(wanted.scheme)) || (list.scheme === 'network' && (wanted.scheme === 'ws' || wanted.scheme === 'wss'));
}

function hostCovers(list: string, wanted: string): boolean {
  return list === '*' || list === wanted || (list.startsWith('*.') && wanted.endsWith(list.slice(1)) && wanted !== list.slice(2));
}

function portCovers(list: Reach, wanted: Reach): boolean {
  return list.port === '*' || portOf(list) === portOf(wanted) || (isDefault(list) && isDefault(wanted));
}

function portOf({ scheme, port }: Reach): string {
  return port === '' ? DEFAULT_PORTS[scheme] ?? '' : port;
}

/** Port 80 of a source matches 443 too, since browsers upgrade. */
function isDefault(reach: Reach): boolean {
  return ['80', '443'].includes(portOf(reach));
}

/** A path that ends with a slash is a folder, any other one exact. */
function pathCovers(list: string | undefined, wanted: string | undefined): boolean {
  if (list === undefined || list === '/') return true;
  return wanted !== undefined && (list.endsWith('/') ? wanted.startsWith(list) : wanted === list);
}
