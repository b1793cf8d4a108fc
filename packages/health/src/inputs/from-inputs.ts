import { Secret, UserError, type Deps } from '@ops/shared';
import { checkOf, effectivePreset, type Check, type Identity, type Transport } from '../check.ts';
import type { IdentitySource } from '../identity.ts';
import type { GatePolicy } from '../policy.ts';
import { bare } from '../probe/exchange.ts';
import { proxyFor, type ProxyEnv } from '../probe/proxy.ts';
import type { ListedCheck } from './checks-list.ts';
import type { HealthInputs } from './health-inputs.ts';
import { transportOf, wrong } from './transport.ts';

/** What reading the inputs takes from a run: secrets found in headers are masked, what is unsafe is warned of. */
export type HealthInputDeps = Pick<Deps, 'env' | 'mask' | 'log'> & { readonly context: Pick<Deps['context'], 'workspace'> };

/** The routes of a Laravel application that was given by its origin; its API prefix comes first. */
const DEFAULT_PATHS = ['/api/health', '/health'] as const;

/**
 * The checks that the inputs ask for. What single inputs cannot see is added to `problems` as a sentence
 * with its remedy (nothing to ask, nothing required, names used twice, `resolve` behind a proxy, unreadable
 * certificates); then the result is empty.
 */
export function checksFromInputs(inputs: HealthInputs, deps: HealthInputDeps, problems: string[]): readonly Check[] {
  try {
    const checks = checksOf(inputs, deps);
    for (const secret of secretsOf(checks)) deps.mask(secret.reveal());
    for (const warning of warningsOf(checks, inputs)) deps.log.warning(warning, 'Health');
    return checks;
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    problems.push(thrown.sentence());
    return [];
  }
}

function checksOf(inputs: HealthInputs, deps: HealthInputDeps): readonly Check[] {
  const transport = transportOf(inputs, deps.context.workspace);
  const listed = [...shorthand(inputs), ...(inputs.checks ?? [])];
  if (listed.length === 0) throw wrong('There is nothing to ask: neither `health-url` nor `checks` is given.', 'Give the address of the health route as `health-url`.');
  const checks = withIdentity(withRoot(listed.map((one) => checkFrom(one, inputs, transport))), inputs, transport);
  const metrics = prometheusChecks(inputs, transport);
  refuseNonsense([...checks, ...metrics], transport, deps.env);
  return [...authorised(checks, inputs['bearer-token']), ...metrics];
}

function shorthand(inputs: HealthInputs): ListedCheck[] {
  const url = inputs['health-url'];
  return url === undefined ? [] : [{ name: 'health', url }];
}

function checkFrom(listed: ListedCheck, inputs: HealthInputs, transport: Transport): Check {
  const base = inputs['health-url'];
  if (base === undefined && listed.url.startsWith('/')) {
    throw wrong(`The check ${listed.name} has the path ${listed.url}, and there is no \`health-url\` it could belong to.`, 'Write its whole address, or give `health-url`.');
  }
  const url = base === undefined ? new URL(listed.url) : new URL(listed.url, base);
  const isOrigin = listed.name === 'health' && url.pathname === '/' && url.search === '' && listed.preset === undefined;
  const maxLatencyMs = listed.maxLatencyMs ?? inputs['max-latency'];
  const required = listed.requiredComponents ?? (listed.kind === undefined || listed.kind === 'health' ? inputs['required-components'] : undefined);
  return checkOf({
    ...listed,
    url: url.href,
    ...(isOrigin ? { paths: DEFAULT_PATHS } : {}),
    ...(maxLatencyMs === undefined ? {} : { maxLatencyMs }),
    ...(inputs['max-age'] === undefined ? {} : { maxAgeMs: inputs['max-age'] }),
    ...(required === undefined ? {} : { requiredComponents: required }),
    ignoreComponents: [...(inputs['ignore-components'] ?? []), ...(listed.ignoreComponents ?? [])],
    degraded: inputs.degraded ?? 'fail',
    transport,
  });
}

/** Laravel answers `/up` with 200 in maintenance, so beside a lone `/up` the front page is asked too. */
function withRoot(checks: readonly Check[]): readonly Check[] {
  const [only] = checks;
  if (only === undefined || checks.length > 1 || effectivePreset({ ...only, preset: 'auto' }) !== 'status') return checks;
  return [only, checkOf({ name: 'front-page', url: new URL('/', only.url).href, kind: 'custom', preset: 'status', expectStatus: [{ from: 200, to: 499 }], transport: only.transport })];
}

function withIdentity(checks: readonly Check[], inputs: HealthInputs, transport: Transport): readonly Check[] {
  const expected = inputs['expected-version'];
  if (expected === undefined) return checks;
  const [first, ...others] = checks;
  const source = sourceOf(inputs);
  const identity: Identity = { expected, source };
  if (source.kind === 'url') return [...checks, checkOf({ name: 'version', url: source.url, kind: 'custom', preset: 'status', identity, transport })];
  if (first !== undefined && source.kind === 'path' && effectivePreset(first) === 'status') {
    throw wrong(`The check ${first.name} has no body that is read, so \`version-path\` finds no version in it.`, 'Name where the version stands: `version-header`, `version-url`, or a first check with a JSON body.');
  }
  return first === undefined ? [] : [{ ...first, identity }, ...others];
}

function sourceOf(inputs: HealthInputs): IdentitySource {
  const pointer = inputs['version-path'] ?? '/version';
  if (inputs['version-url'] !== undefined) return { kind: 'url', url: inputs['version-url'], pointer };
  if (inputs['version-header'] !== undefined) return { kind: 'header', name: inputs['version-header'] };
  return { kind: 'path', pointer };
}

function refuseNonsense(checks: readonly Check[], transport: Transport, env: ProxyEnv): void {
  const twice = checks.find(({ name }, index) => checks.findIndex((other) => other.name === name) < index);
  if (twice !== undefined) throw wrong(`Two checks have the name ${twice.name}.`, 'Give each check in `checks` a `name` of its own (`health` is the one of `health-url`).');
  if (!checks.some(({ required }) => required)) throw wrong('No check is required, so the gate could never fail.', 'Set `required: true` for at least one check.');
  for (const { url } of checks) {
    const at = new URL(url);
    const proxy = proxyFor(at, env);
    if (proxy !== undefined && transport.resolve[bare(at.hostname).toLowerCase()] !== undefined) {
      throw wrong(`\`resolve\` has an address for ${at.hostname}, but requests to it go through a proxy, which looks it up itself.`, `Add ${at.hostname} to NO_PROXY, or leave it out of \`resolve\`.`);
    }
  }
}

/** The token goes to one origin: a check of somebody else's service must not see it. */
function authorised(checks: readonly Check[], token: Secret | undefined): readonly Check[] {
  const [first] = checks;
  if (token === undefined || first === undefined) return checks;
  const { origin } = new URL(first.url);
  const authorization = new Secret(`Bearer ${token.reveal()}`);
  return checks.map((check) => (new URL(check.url).origin === origin && check.headers['authorization'] === undefined ? { ...check, headers: { ...check.headers, authorization } } : check));
}

function prometheusChecks(inputs: HealthInputs, transport: Transport): readonly Check[] {
  const token = inputs['prometheus-token'];
  const headers = token === undefined ? {} : { authorization: new Secret(`Bearer ${token.reveal()}`) };
  return (inputs.prometheus ?? []).map(({ name, url, rule }) => checkOf({ name, url, kind: 'custom', headers, prometheus: rule, transport }));
}

/** Credentials that came inside other inputs; secret inputs are masked already. */
function secretsOf(checks: readonly Check[]): Secret[] {
  const inHeaders = checks.flatMap(({ headers }) => Object.values(headers).filter((value) => value instanceof Secret));
  const inUrls = checks.flatMap(({ url }) => (new URL(url).password === '' ? [] : [new Secret(decodeURIComponent(new URL(url).password))]));
  return [...inHeaders, ...inUrls];
}

/** When the gate is satisfied and when it gives up. */
export function healthPolicyFromInputs(inputs: HealthInputs): GatePolicy {
  return {
    timeoutMs: inputs.timeout ?? 300_000,
    intervalMs: inputs.interval ?? 5000,
    warmupMs: inputs['warmup-timeout'] ?? 0,
    stable: inputs['stable-for'] ?? { rounds: 3, ms: 0 },
    failureLimit: inputs['failure-limit'] ?? 0,
    failFastOn: inputs['fail-fast-on'] ?? ['401', '403', '404', 'tls', 'body'],
  };
}

function warningsOf(checks: readonly Check[], inputs: HealthInputs): string[] {
  const plain = checks.filter(({ url, headers }) => url.startsWith('http:') && !/^(?:localhost|127\.|\[::1\])/.test(new URL(url).hostname) && (inputs['bearer-token'] !== undefined || Object.values(headers).some((value) => value instanceof Secret)));
  return [
    ...(inputs.insecure === true ? ['Certificates are not verified (`insecure`): anyone on the way could answer.'] : []),
    ...plain.map(({ name }) => `The check ${name} sends credentials over plain HTTP.`),
  ];
}
