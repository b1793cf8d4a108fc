import { boolean, choice, duration, integer, Secret, type InputSpecs } from '@ops/shared';
import { REASON_CODES } from '../reason.ts';
import { isPointer } from '../pointer.ts';
import { listBy, readBy, words } from './schema.ts';
import { parseStable } from './stable.ts';

const DURATION = 'a duration such as 500ms, 30s or 5m';
const POSITIVE = `${DURATION}, not 0`;
const PEM = 'PEM text, or the path of a PEM file in the workspace';

/** Inputs of health-gate that deploy and rollback share, by the same names. */
export const healthInputs = {
  'health-url': {
    description: 'Address of the health route, or origin of the app: then /api/health and /health are tried',
    schema: readBy(httpUrl, 'an http or https address'),
    rule: 'an http or https address',
    example: 'https://api.example.com/api/health',
  },
  checks: {
    description: 'YAML list of checks: name, url, kind, preset, method, headers, expect-status, assert, max-latency, required',
    schema: listBy(async (text) => {
      const { parseChecks } = await import('./checks-list.ts');
      const { checks, problems } = await parseChecks(text);
      return { list: checks, problems };
    }),
    rule: 'a YAML list; each entry has a url, or is one',
    example: '- {name: ready, url: https://api.example.com/api/health/readiness, kind: readiness}',
  },
  'bearer-token': {
    description: 'Token sent as `Authorization: Bearer` to the origin of the first check only',
    schema: readBy((text) => (/^[\u0021-\u007e]+$/.test(text) ? new Secret(text) : undefined), 'one line without spaces'),
    secret: true,
    rule: 'one line without spaces',
    example: '${{ secrets.HEALTH_TOKEN }}',
  },
  'required-components': {
    description: 'Components that must be reported and good; without it all that are reported count',
    schema: readBy(words, 'names'),
    list: true,
    rule: 'names, one a line',
    example: 'database',
  },
  'ignore-components': {
    description: 'Components that do not count',
    schema: readBy(words, 'names'),
    default: 'none',
    list: true,
    rule: 'names, one a line',
    example: 'redis',
  },
  degraded: {
    description: 'What a degraded state means: fail, warn (good, with a warning) or pass',
    schema: choice(['fail', 'warn', 'pass']),
    default: 'fail',
    rule: 'one of: fail, warn, pass',
    example: 'warn',
  },
  'expected-version': {
    description: 'Version or commit that must answer; a prefix of 7 or more hex digits is enough',
    schema: readBy((text) => (/^[\w.+\-:/@]{1,200}$/.test(text) ? text : undefined), 'a version or commit without spaces'),
    rule: 'a version or commit without spaces',
    example: '${{ github.sha }}',
  },
  'version-path': {
    description: 'JSON pointer to the version in the body of the first check, or of version-url',
    schema: readBy((text) => (isPointer(text) && text !== '' ? text : undefined), 'a JSON pointer such as /version'),
    default: '/version',
    rule: 'a JSON pointer such as /version',
    example: '/build/commit',
  },
  'version-header': {
    description: 'Response header of the first check that names the version, instead of version-path',
    schema: readBy((text) => (/^[\w-]+$/.test(text) ? text : undefined), 'a header name'),
    rule: 'a header name',
    example: 'X-Release',
  },
  'version-url': {
    description: 'Address that names the version, as JSON (version-path) or as plain text; asked in every round',
    schema: readBy(httpUrl, 'an http or https address'),
    rule: 'an http or https address',
    example: 'https://api.example.com/version',
  },
  timeout: {
    description: 'The gate ends at the latest this long after its warm-up',
    schema: duration(),
    default: '300s',
    rule: POSITIVE,
    example: '10m',
  },
  interval: {
    description: 'Time between the beginnings of two rounds, plus or minus 10 percent',
    schema: duration(),
    default: '5s',
    rule: POSITIVE,
    example: '2s',
  },
  'request-timeout': {
    description: 'Time for one request, from the look-up to the last byte, redirects included',
    schema: duration(),
    default: '10s',
    rule: POSITIVE,
    example: '30s',
  },
  'warmup-timeout': {
    description: 'Failures before the first success count for nothing, at most this long',
    schema: duration({ zero: true }),
    default: '0s',
    rule: DURATION,
    example: '60s',
  },
  'stable-for': {
    description: 'Good rounds in a row, or how long they must span, or both',
    schema: readBy(parseStable, 'a number of rounds, a duration, or both: 3, 30s, 3 30s'),
    default: '3',
    rule: 'a number of rounds, a duration, or both: 3, 30s, 3 30s',
    example: '3 30s',
  },
  'failure-limit': {
    description: 'Failed rounds after the warm-up that end the gate; 0 means that only the deadline does',
    schema: integer({ min: 0, max: 99_999 }),
    default: '0',
    rule: 'a whole number from 0',
    example: '10',
  },
  'fail-fast-on': {
    description: 'Status codes and reason codes that end the gate when three rounds in a row show the same one',
    schema: readBy(fastCodes, 'status codes (404, 4xx) and reason codes (tls, body)'),
    default: '401 403 404 tls body',
    list: true,
    rule: 'status codes (404, 4xx) and reason codes (tls, body)',
    example: '404',
  },
  'max-latency': {
    description: 'A request that takes longer fails with latency',
    schema: duration(),
    rule: POSITIVE,
    example: '500ms',
  },
  'max-age': {
    description: 'Oldest time a health body may carry; without it 60s, for spatie 5m',
    schema: duration(),
    rule: POSITIVE,
    example: '2m',
  },
  redirects: {
    description: 'Redirects to follow: same-host, none, or follow; from https to http never',
    schema: choice(['same-host', 'none', 'follow']),
    default: 'same-host',
    rule: 'one of: same-host, none, follow',
    example: 'none',
  },
  'cache-buster': {
    description: 'Add a unique _gate= to the query so that no cache answers; false for signed addresses',
    schema: boolean(),
    default: 'true',
    rule: 'true or false',
    example: 'false',
  },
  ca: {
    description: 'Certificates to trust beside those of Node and the system',
    schema: readBy((text) => text, PEM),
    rule: PEM,
    example: 'deploy/ca.pem',
  },
  'client-cert': {
    description: 'Client certificate, shown to the origin of a check only',
    schema: readBy((text) => text, PEM),
    rule: PEM,
    example: 'deploy/client.pem',
  },
  'client-key': {
    description: 'Private key of the client certificate',
    schema: readBy((text) => (text.includes('PRIVATE KEY') ? new Secret(text) : undefined), 'PEM text of a private key'),
    secret: true,
    rule: 'PEM text of a private key',
    example: '${{ secrets.HEALTH_CLIENT_KEY }}',
  },
  resolve: {
    description: 'Addresses to use instead of the resolver, one host:ip a line',
    schema: readBy(addresses, 'host:ip, one a line'),
    default: 'none',
    list: true,
    rule: 'host:ip, one a line',
    example: 'api.example.com:192.0.2.10',
  },
  insecure: {
    description: 'Do not verify certificates; warns',
    schema: boolean(),
    default: 'false',
    rule: 'true or false',
    example: 'true',
  },
} satisfies InputSpecs;

function httpUrl(text: string): string | undefined {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : undefined;
}

function fastCodes(text: string): string[] | undefined {
  const codes = words(text);
  return codes.every((code) => /^[1-5](?:\d\d|xx)$/.test(code) || REASON_CODES.some((known) => known === code)) ? codes : undefined;
}

function addresses(text: string): Readonly<Record<string, string>> | undefined {
  const pairs = words(text).map((entry) => /^([^\s:]+):\[?([0-9a-fA-F:.]+)\]?$/.exec(entry));
  return pairs.includes(null) ? undefined : Object.fromEntries(pairs.flatMap((pair) => (pair === null ? [] : [[(pair[1] ?? '').toLowerCase(), pair[2] ?? '']])));
}
