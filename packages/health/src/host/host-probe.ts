import { Secret } from '@ops/shared';
import { effectivePreset, isExpected, type Check } from '../check.ts';
import type { Observation, Phases, ProbeFailure } from '../observation.ts';
import { bare } from '../probe/exchange.ts';
import { withoutCredentials } from '../probe/redirect.ts';
import { requestHeaders } from '../probe/headers.ts';
import { scripts } from '../scripts.generated.ts';
import { blocksOf, type Block } from './block.ts';

/** Beyond this an answer is cut on the host; a body that is read must end before. */
const OUTPUT_LIMIT_BYTES = 256 * 1024;

/** How a host asks itself. */
export interface HostProbeOptions {
  /** The host's name, for the observations. */
  readonly from: string;
  /** Stops after this many expected status codes in a row. */
  readonly successes: number;
  readonly intervalMs: number;
  /** No attempt begins later than this after the first. */
  readonly deadlineMs: number;
  /** The address that stands for the URL's host, usually 127.0.0.1; undefined: what the host's resolver says. */
  readonly connectTo?: string;
  /** PHP for hosts without curl; default `php`. */
  readonly php?: string;
}

/** A script for a host, its values, and the reader of what it prints. */
export interface HostProbe {
  /** POSIX sh; defines functions `hp_…`, reads HP_*, never exits the shell it runs in. */
  readonly script: string;
  readonly values: Readonly<Record<string, string>>;
  /** Values that carry a credential; empty when there is none. */
  readonly secrets: Readonly<Record<string, Secret>>;
  /** Observations in the order they were made; foreign lines in between are passed over. */
  parse(stdout: string): Observation[];
}

/** Lets a host ask itself in a loop, in one round trip; redirects are not followed there. */
export function hostProbe(check: Check, options: HostProbeOptions): HostProbe {
  const url = new URL(check.paths?.[0] ?? check.url, check.url);
  const headers = requestHeaders(check, url, true);
  const confidential = Object.values(check.headers).some((value) => value instanceof Secret) || url.password !== '';
  const head = `${check.method} ${url.pathname}${url.search}`;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const carrying = { HP_CONFIG: curlConfig(check, url, lines, options), HP_TAIL: ` HTTP/1.0\r\n${lines.join('\r\n')}\r\n\r\n` };
  return {
    script: scripts['host-probe.sh'],
    values: {
      HP_URL: curlUrl(url),
      HP_BUSTER: check.transport.cacheBuster ? `${url.search === '' ? '?' : '&'}_gate=` : '',
      HP_EXPECT: check.expectStatus.map(({ from, to }) => `${from}-${to}`).join(' '),
      HP_SUCCESSES: String(options.successes),
      HP_PAUSE: String(options.intervalMs / 1000),
      HP_PAUSE_UP: String(Math.max(1, Math.ceil(options.intervalMs / 1000))),
      HP_DEADLINE: String(Math.ceil(options.deadlineMs / 1000)),
      HP_LIMIT: String(OUTPUT_LIMIT_BYTES),
      HP_CA: check.transport.ca ?? '',
      HP_PHP: options.php ?? 'php',
      HP_PHP_CODE: scripts['host-probe.php'].replace(/^<\?php\n/, ''),
      HP_HOST: bare(url.hostname),
      HP_PORT: String(portOf(url)),
      HP_CONNECT: connectTo(check, url, options) ?? '',
      HP_SECURE: url.protocol === 'https:' ? 'yes' : 'no',
      HP_INSECURE: check.transport.insecure ? 'yes' : 'no',
      HP_TIMEOUT: String(check.transport.requestTimeoutMs / 1000),
      HP_BODY: needsBody(check) ? 'yes' : 'no',
      HP_HEAD: head,
      ...(confidential ? {} : carrying),
    },
    secrets: confidential ? { HP_CONFIG: new Secret(carrying.HP_CONFIG), HP_TAIL: new Secret(carrying.HP_TAIL) } : {},
    parse: (stdout) => (/^hp:missing$/m.test(stdout) ? [noTool(url, options.from)] : blocksOf(stdout).map((block) => observationOf(check, url, block, options.from))),
  };
}

function noTool(url: URL, from: string): Observation {
  return { kind: 'failure', from, url: withoutCredentials(url), at: 0, hops: [], phases: { total: 0 }, failure: 'refused', detail: 'cannot be asked from the host, which has neither curl nor php' };
}

function needsBody(check: Check): boolean {
  return effectivePreset(check) !== 'status' || check.assertions.length > 0 || check.identity !== undefined;
}

function connectTo(check: Check, url: URL, options: HostProbeOptions): string | undefined {
  return options.connectTo ?? check.transport.resolve[bare(url.hostname).toLowerCase()];
}

function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

/** URL parsers leave a backslash in a query alone; inside curl's quotes it would escape. */
function curlUrl(url: URL): string {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  plain.hash = '';
  return plain.href.replaceAll('\\', '%5C').replaceAll('"', '%22');
}

function curlConfig(check: Check, url: URL, lines: readonly string[], options: HostProbeOptions): string {
  const seconds = String(check.transport.requestTimeoutMs / 1000);
  const address = connectTo(check, url, options);
  const pinned = address === undefined ? [] : [`resolve = "${bare(url.hostname)}:${portOf(url)}:${address.includes(':') ? `[${bare(address)}]` : address}"`, 'noproxy = "*"'];
  const output = needsBody(check) ? ['include'] : ['dump-header = "-"', 'output = "/dev/null"'];
  return [
    'silent', 'show-error', 'globoff', 'http1.1',
    `max-time = ${seconds}`, `connect-timeout = ${seconds}`,
    ...(check.method === 'HEAD' ? ['head'] : [`request = ${quoted(check.method)}`, ...output]),
    ...(check.transport.insecure ? ['insecure'] : []),
    ...lines.map((line) => `header = ${quoted(line)}`),
    ...pinned,
    String.raw`write-out = "\nhp:meta %{http_code} %{remote_ip} %{time_namelookup} %{time_connect} %{time_appconnect} %{time_starttransfer} %{time_total}"`,
  ].join('\n');
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`)}"`;
}

const FAILURES: Readonly<Record<number, readonly [ProbeFailure, string]>> = {
  5: ['dns', 'has a proxy without an address'], 6: ['dns', 'has no address'], 7: ['refused', 'refuses connections'], 28: ['timeout', 'takes too long'],
  35: ['tls', 'has a TLS problem'], 51: ['tls', 'has a certificate for another name'], 58: ['tls', 'has a TLS problem'], 60: ['tls', 'has a certificate that is not trusted'], 77: ['tls', 'has a TLS problem'],
  18: ['reset', 'broke off in the middle of its answer'], 52: ['reset', 'closed the connection without an answer'], 55: ['reset', 'dropped the connection'], 56: ['reset', 'dropped the connection'],
  63: ['body', 'answers with more than 1 MiB: that is no health body'],
};

function observationOf(check: Check, url: URL, block: Block, from: string): Observation {
  const seen = { from, url: withoutCredentials(url), at: block.at, hops: [], phases: phasesOf(block.times), ...(block.address === undefined ? {} : { address: block.address }) };
  if (block.exit === undefined) return { ...seen, kind: 'failure', failure: 'body', detail: `answers with more than ${OUTPUT_LIMIT_BYTES / 1024} KiB: that is no health body` };
  if (block.exit !== 0 || block.status === 0) {
    const [failure, what] = FAILURES[block.exit] ?? ['reset', 'could not be asked'];
    return { ...seen, kind: 'failure', failure, detail: `${what} (curl ${block.exit}${block.error === '' ? '' : `: ${block.error}`})` };
  }
  const location = block.headers['location'];
  if (location !== undefined && [301, 302, 303, 307, 308].includes(block.status) && !isExpected(check, block.status)) {
    return { ...seen, kind: 'failure', failure: 'redirect', detail: `answers ${block.status} with Location: ${location.slice(0, 200)}; on the host redirects are not followed` };
  }
  return { ...seen, kind: 'answer', status: block.status, headers: block.headers, body: block.body };
}

/** curl counts from the beginning, phases count from each other. */
function phasesOf([looked = 0, connected = 0, shaken = 0, first = 0, total = 0]: readonly number[]): Phases {
  const ms = (seconds: number): number => Math.max(0, seconds * 1000);
  return {
    dns: ms(looked),
    connect: ms(connected - looked),
    ...(shaken > 0 ? { tls: ms(shaken - connected) } : {}),
    ...(first > 0 ? { ttfb: ms(first - Math.max(connected, shaken)), body: ms(total - first) } : {}),
    total: ms(total),
  };
}
