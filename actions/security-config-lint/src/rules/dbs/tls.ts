import { entryOf } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import { decide, isTruthy, textOf, type Decided, type Settled, type Why } from '../../decide.ts';
import type { Finding } from '../../finding.ts';
import { judged, notApplicable, together, type Answers, type Judgement } from '../../judgement.ts';
import { judgeValue, setting as howToSet, type Bad, type SubjectValue } from '../../subject-value.ts';
import { endpointsOf, saysYes, type Endpoint } from './connection.ts';

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];
/** Each of them makes the client ask for TLS. */
const MYSQL_TLS = ['SSL_CA', 'SSL_CAPATH', 'SSL_CERT', 'SSL_KEY', 'SSL_CIPHER'].map((name) => `PDO::MYSQL_ATTR_${name}`);
const MYSQL_VERIFY = 'PDO::MYSQL_ATTR_SSL_VERIFY_SERVER_CERT';
const NO_DEFAULT: Why = { reason: 'driver-default', why: 'the ODBC driver 18 encrypts by default and 17 does not: say `encrypt` in the configuration' };

/** What TLS of a connection rests on, and how its value is judged. */
interface TlsSetting {
  readonly asked: SubjectValue;
  /** Whether the client insists on TLS. */
  readonly isEnforced: (value: Settled) => boolean | Why;
  readonly remedy: string;
}

export function checkEnforced(app: App): Judgement {
  return overServers(app, (each) => {
    const { asked, isEnforced, remedy } = tlsOf(app, each);
    return judgeValue(app, asked, (value): Bad | Why | undefined => {
      const blind = notJudged(each);
      if (blind !== undefined) return blind;
      const enforced = isEnforced(value);
      if (typeof enforced === 'object') return enforced;
      if (enforced) return undefined;
      return isNear(each)
        ? { severity: 'medium', so: 'so the connection to a server in the same network may go unencrypted', remedy, rank: 1 }
        : { severity: 'high', so: 'so passwords and data may go unencrypted to another host', remedy, rank: 2 };
    }, { words: [...SSL_MODES, 'no', 'false', 'optional'] });
  });
}

export function checkVerified(app: App): Judgement {
  return overServers(app, (each) => {
    const blind = notJudged(each);
    const { asked: tls, isEnforced } = tlsOf(app, each);
    const on: Decided<boolean> = decide<boolean>(tls.value, isEnforced);
    const asked = verificationOf(app, each);
    return judgeValue(app, asked, (value): Bad | Why | undefined => {
      if (blind !== undefined) return blind;
      if (on.kind === 'undecided') return on.why;
      const why = on.value ? unverified(each, value) : undefined;
      return why === undefined || typeof why === 'object' ? why : { severity: 'high', so: `so ${why}, and whoever stands between gets everything`, remedy: verifying(each, asked) };
    }, { words: [...SSL_MODES, 'yes', 'true'] });
  });
}

/** Why the client would speak to anybody. */
function unverified({ driver, setting }: Endpoint, value: Settled): string | Why | undefined {
  if (driver === 'sqlsrv') return saysYes(value) === true ? 'any certificate is taken' : undefined;
  if (driver !== 'pgsql') return saysYes(value) === false ? 'the certificate of the server is not verified' : undefined;
  if (textOf(value) !== 'require') return undefined;
  // libpq: with a root certificate `require` verifies as `verify-ca` does.
  const root = decide(setting('sslrootcert').value, isTruthy);
  if (root.kind === 'undecided') return root.why;
  return root.value ? undefined : 'any certificate is taken';
}

function verifying({ driver }: Endpoint, asked: SubjectValue): string {
  if (driver === 'sqlsrv') return howToSet(asked, 'false');
  return driver === 'pgsql' ? howToSet(asked, 'verify-full', "'verify-full'") : `Take \`${MYSQL_VERIFY} => false\` out of the options, and give the CA of the server.`;
}

function overServers(app: App, judge: (endpoint: Endpoint) => Answers): Judgement {
  const found = endpointsOf(app);
  if (found.kind === 'none') return notApplicable(found.why);
  if (found.kind === 'unknown') return judged({ undecided: [{ subject: found.subject, trace: app.laravel.config(found.subject).trace, ...found.why }] }, '');
  const far = found.endpoints.filter(({ reach, url }) => url !== undefined || reach.kind === 'undecided' || reach.value !== 'loopback');
  if (far.length === 0) return { kind: 'pass', safe: found.endpoints.map(({ path, setting }) => ({ subject: path, shown: 'on this machine', trace: setting('host').value.trace })) };
  const all = together(far.map(judge));
  return judged({ ...all, findings: worstOf(all.findings) }, '');
}

/** Readers and writers share most settings: one finding for each, the worst. */
function worstOf(findings: readonly Finding[]): readonly Finding[] {
  return [...Map.groupBy(findings, ({ subject }) => subject).values()].flatMap((all) => all.toSorted((a, b) => b.rank - a.rank).slice(0, 1));
}

function notJudged({ url, reach }: Endpoint): Why | undefined {
  return url ?? (reach.kind === 'undecided' ? reach.why : undefined);
}

function isNear({ reach }: Endpoint): boolean {
  return reach.kind === 'settled' && reach.value === 'private';
}

function tlsOf(app: App, { driver, setting }: Endpoint): TlsSetting {
  if (driver === 'pgsql') {
    const asked = setting('sslmode');
    return { asked, isEnforced: (value) => ['require', 'verify-ca', 'verify-full'].includes(textOf(value) ?? ''), remedy: howToSet(asked, 'verify-full', "'verify-full'") };
  }
  if (driver === 'sqlsrv') {
    const asked = setting('encrypt');
    return { asked, isEnforced: (value) => saysYes(value) ?? NO_DEFAULT, remedy: howToSet(asked, 'yes', "'yes'") };
  }
  const asked = setting('options');
  const key = caKey(app, asked.subject);
  return {
    asked: { ...asked, key },
    isEnforced: (value) => anyOf(MYSQL_TLS.map((name) => decide(value.kind === 'array' ? entryOf(value, name) : { kind: 'unset', trace: [] }, isTruthy))),
    remedy: key === undefined ? 'Give `PDO::MYSQL_ATTR_SSL_CA` with the CA of the server in its options.' : `Set \`${key}\` to the file with the CA of the server.`,
  };
}

function verificationOf(app: App, { driver, setting }: Endpoint): SubjectValue {
  if (driver === 'pgsql') return setting('sslmode');
  if (driver === 'sqlsrv') return setting('trust_server_certificate');
  const { subject, value } = setting('options');
  const entry = value.kind === 'array' ? entryOf(value, MYSQL_VERIFY) : value;
  return { subject: `${subject}.${MYSQL_VERIFY}`, value: value.kind === 'unset' ? { kind: 'unset', trace: value.trace } : entry, key: entry.trace.find(({ env }) => env !== undefined)?.env ?? app.laravel.keyOf(`${subject}.${MYSQL_VERIFY}`) };
}

/** The key that this application gives the CA with. */
function caKey({ laravel }: App, path: string): string | undefined {
  return [...laravel.readKeys].find(([key, readers]) => key.endsWith('SSL_CA') && readers.some((reader) => reader.path?.startsWith(path) === true))?.[0];
}

function anyOf(answers: readonly Decided<boolean>[]): boolean | Why {
  if (answers.some((each) => each.kind === 'settled' && each.value)) return true;
  return answers.find((each) => each.kind === 'undecided')?.why ?? false;
}
