import { linesOf, type HeaderList } from './list.ts';

export interface Disclosure {
  /** Lower case. */
  readonly header: string;
  /** `nginx 1.22.1`; undefined where the product is none of those known, so that nothing else of the value is ever printed. */
  readonly product: string | undefined;
}

const HEADERS = ['server', 'x-powered-by', 'x-aspnet-version', 'x-aspnetmvc-version', 'x-generator', 'via'];
const PRODUCTS = ['nginx', 'Apache', 'PHP', 'OpenSSL', 'LiteSpeed', 'OpenLiteSpeed', 'Caddy', 'lighttpd', 'Microsoft-IIS', 'openresty', 'Tengine', 'Phusion Passenger', 'ASP.NET', 'Express', 'Varnish', 'swoole-http-server', 'RoadRunner', 'FrankenPHP'];

/** The headers that name a version. A product without one, `Server: nginx`, tells nobody what to try. */
export function disclosedVersions(headers: HeaderList): readonly Disclosure[] {
  return HEADERS.flatMap((header) => {
    const named = linesOf(headers, header).flatMap((value) => (namesVersion(header, value) ? [value] : []));
    return named.length === 0 ? [] : [{ header, product: named.map(productOf).find((one) => one !== undefined) }];
  });
}

/** In Via `1.1` is the protocol and a version follows a slash in a comment; elsewhere every digit behind a slash, or a lone number, is one. */
function namesVersion(header: string, value: string): boolean {
  if (header === 'via') return /\([^)]*\/\d/.test(value);
  return /[/ ]v?\d/.test(value) || /^v?\d+(?:\.\d+)+/.test(value);
}

function productOf(value: string): string | undefined {
  for (const product of PRODUCTS) {
    const version = new RegExp(`(?:^|[^A-Za-z])${product.replaceAll('.', '\\.')}[/ ]v?(\\d+(?:\\.\\d+){0,3})`, 'i').exec(value)?.[1];
    if (version !== undefined) return `${product} ${version}`;
  }
  return undefined;
}
