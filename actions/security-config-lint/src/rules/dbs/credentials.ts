import type { App } from '../../app.ts';
import { decide, isNull, isTruthy, textOf, type Settled } from '../../decide.ts';
import { reachOf, type Reach } from '../../facts/host.ts';
import { judged, notApplicable, together, type Answers, type Judgement } from '../../judgement.ts';
import { configValue, judgeValue, type Bad, type SubjectValue } from '../../subject-value.ts';
import { endpointsOf, type Endpoint } from './connection.ts';

/** Accounts that come with a server, or with Laravel's own tools. */
const STOCK_USERS = ['root', 'sa', 'postgres', 'forge', 'laravel', 'homestead', 'sail', 'admin'];
const STOCK_PASSWORDS = ['user', 'secret', 'password', ...STOCK_USERS, 'changeme', '123456', '12345678', 'mysql', 'test'];
const EMPTY = 'so whoever reaches the server is in';

export function checkCredentials(app: App): Judgement {
  const found = endpointsOf(app);
  if (found.kind === 'none') return notApplicable(found.why);
  if (found.kind === 'unknown') return judged({ undecided: [{ subject: found.subject, trace: app.laravel.config(found.subject).trace, ...found.why }] }, '');
  return judged(together(found.endpoints.map((each) => judgeEndpoint(app, each))), '');
}

function judgeEndpoint(app: App, each: Endpoint): Answers {
  const [user, password] = [each.setting('username'), each.setting('password')];
  if (each.url !== undefined) return { undecided: [{ subject: password.subject, trace: each.setting('url').value.trace, ...each.url }] };
  const name = decide(user.value, textOf);
  // That a password is set may be asked also where only its name is known.
  const isHidden = password.value.kind === 'unknown' && password.value.reason === 'value-hidden';
  const weak = isHidden ? { safe: [{ subject: password.subject, shown: 'set', trace: password.value.trace }] } : judgeValue(app, password, (value): Bad | undefined => {
    const why = weakness(app, value, name.kind === 'settled' ? name.value : undefined);
    if (why === undefined || (why === EMPTY && usesSocket(each))) return undefined;
    return { severity: 'high', so: why, remedy: 'Give the application an account of its own with a random password.', rank: 2 };
  });
  if ((weak.findings ?? []).length > 0) return weak;
  const account = judgeValue(app, user, (value): Bad | undefined => (STOCK_USERS.includes(textOf(value)?.toLowerCase() ?? '') ? { severity: 'low', so: 'an account that may do more than the application needs', remedy: `Make an account for the application alone, and ${named(user)}.`, rank: 1 } : undefined), { words: STOCK_USERS });
  return together([weak, account]);
}

function weakness({ laravel }: App, value: Settled, user: string | undefined): string | undefined {
  if (isNull(value) || textOf(value) === '') return EMPTY;
  if (value.kind !== 'secret') return undefined;
  if (value.shape.empty) return EMPTY;
  if (user !== undefined && laravel.digestOf(user) === value.shape.digest) return 'and the same as the name of the user';
  return value.shape.placeholder || STOCK_PASSWORDS.some((text) => laravel.digestOf(text) === value.shape.digest) ? 'and one of the first that anybody would try' : undefined;
}

function named({ key, subject }: SubjectValue): string {
  return `give it in \`${key ?? subject}\``;
}

/** Through a socket the server can ask the system who it is. */
function usesSocket({ setting }: Endpoint): boolean {
  const isSocket = decide(setting('unix_socket').value, isTruthy);
  const isFolder = decide(setting('host').value, (value) => textOf(value)?.startsWith('/') === true);
  return (isSocket.kind === 'settled' && isSocket.value) || (isFolder.kind === 'settled' && isFolder.value);
}

export function checkRedis(app: App): Judgement {
  return judged(together(redisPaths(app).map((path) => judgeRedis(app, path))), 'there is no connection to Redis');
}

function redisPaths({ laravel }: App): readonly string[] {
  const below = (path: string, skipped: readonly string[] = []): readonly string[] => {
    const value = laravel.config(path);
    return value.kind === 'array' ? [...value.entries].filter(([name, each]) => each.kind === 'array' && !skipped.includes(name)).map(([name]) => `${path}.${name}`) : [];
  };
  const clusters = below('database.redis.clusters', ['options']).flatMap((path) => below(path));
  return [...below('database.redis', ['options', 'clusters', 'client']), ...clusters];
}

function judgeRedis(app: App, path: string): Answers {
  const url = decide(app.laravel.config(`${path}.url`), isTruthy);
  const host = app.laravel.config(`${path}.host`);
  const reach = decide<Reach>(host, (value) => reachOf(app, value));
  const isTls = decide(app.laravel.config(`${path}.scheme`), (value) => ['tls', 'ssl', 'rediss'].includes(textOf(value) ?? ''));
  const inHost = decide(host, (value) => /^(?:tls|ssl|rediss):\/\//.test(textOf(value) ?? ''));
  const asked = configValue(app, `${path}.password`);
  const isHidden = asked.value.kind === 'unknown' && asked.value.reason === 'value-hidden';
  if (isHidden || (reach.kind === 'settled' && reach.value === 'loopback' && url.kind === 'settled' && !url.value)) return { safe: [{ subject: asked.subject, shown: isHidden ? 'set' : 'on this machine', trace: host.trace }] };
  return judgeValue(app, asked, (value) => {
    if (url.kind === 'undecided') return url.why;
    if (url.value) return { reason: 'database-url', why: `\`${path}.url\` wins over host and password, and is a secret` };
    if (!isNull(value) && (value.kind !== 'secret' || !value.shape.empty) && textOf(value) !== '') return undefined;
    const open = [reach, isTls, inHost].find((each) => each.kind === 'undecided');
    if (open !== undefined) return open.why;
    if ((isTls.kind === 'settled' && isTls.value) || (inHost.kind === 'settled' && inHost.value)) return undefined;
    return { severity: 'medium', so: 'and the connection has no TLS, so whoever reaches the server reads and writes sessions, caches and jobs', remedy: `Set a random password on the server, and ${named(asked)}. Use TLS too (\`scheme\` tls).` };
  });
}
