import { types } from 'node:util';
import { asError } from '@ops/shared';
import { z } from 'zod';
import { BackupFault } from '../../fault.ts';
import type { Lease, TokenSource } from './credentials.ts';

const AUDIENCE = 'sts.amazonaws.com';
const SESSION_S = 3600;
const TIMEOUT_MS = 20_000;
const ATTEMPTS = 4;

export interface OidcDeps {
  readonly fetch: typeof fetch;
  readonly sleep: (ms: number) => Promise<void>;
  readonly mask: (secret: string) => void;
  /** For the role's session name, so that its log names the run. */
  readonly runId: string;
}

export interface RoleRequest {
  readonly arn: string;
  readonly region: string;
  /** Undefined for AWS: `https://sts.<region>.amazonaws.com`. */
  readonly endpoint: string | undefined;
  readonly source: TokenSource | undefined;
}

/**
 * Takes the role with the job's identity token. AssumeRoleWithWebIdentity is not signed, so it needs no SDK. Throws
 * BackupFault `store-refused`, `store-timeout`.
 */
export async function assumeRole(request: RoleRequest, deps: OidcDeps): Promise<Lease> {
  const { source } = request;
  if (source === undefined) {
    throw new BackupFault({ reason: 'store-refused', message: `The role ${request.arn} cannot be taken: this job has no identity token.`, remedy: 'Add "permissions: id-token: write" to the job (and "contents: read", which it then no longer has by itself).' });
  }
  const token = await identityToken(source, deps);
  deps.mask(token);
  const body = new URLSearchParams({ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: request.arn, RoleSessionName: sessionName(deps.runId), WebIdentityToken: token });
  // Other servers have limits of their own, and their default is the better guess.
  if (request.endpoint === undefined) body.set('DurationSeconds', String(SESSION_S));
  const where = request.endpoint ?? stsEndpoint(request.region);
  const answer = await tried(where, deps, async () => deps.fetch(where, { method: 'POST', body, headers: { accept: 'application/json' }, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' }));
  if (answer.status !== 200) throw refusal(request.arn, where, answer);
  return readLease(answer.text, where);
}

export function stsEndpoint(region: string): string {
  return `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function sessionName(runId: string): string {
  return `ops-${runId.replace(/[^\w+=,.@-]/g, '-')}`.slice(0, 64);
}

async function identityToken(source: TokenSource, deps: OidcDeps): Promise<string> {
  const url = new URL(source.url);
  url.searchParams.set('audience', AUDIENCE);
  const answer = await tried('GitHub (identity token)', deps, async () => deps.fetch(url, { headers: { authorization: `Bearer ${source.token.reveal()}`, accept: 'application/json' }, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' }));
  const parsed = answer.status === 200 ? z.object({ value: z.string().min(1) }).safeParse(jsonOf(answer.text)) : undefined;
  if (parsed?.success === true) return parsed.data.value;
  throw new BackupFault({ reason: 'store-refused', message: `GitHub gave no identity token (HTTP ${answer.status}).`, remedy: 'Start the run again; look at githubstatus.com if it stays.' });
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Tries again what may go away by itself: a broken connection, 429 and 5xx. */
async function tried(where: string, deps: OidcDeps, ask: () => Promise<Response>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await ask();
      const answer = { status: response.status, text: await response.text() };
      if (attempt >= ATTEMPTS || (answer.status < 500 && answer.status !== 429)) return answer;
    } catch (thrown) {
      if (attempt >= ATTEMPTS) throw new BackupFault({ reason: 'store-timeout', message: `${where} did not answer, ${ATTEMPTS} times: ${rootWords(asError(thrown))}.`, remedy: 'Look at the address, and at the way there from the runner.', cause: thrown });
    }
    await deps.sleep(500 * 2 ** attempt);
  }
}

/** fetch says only "fetch failed"; what happened stands in its cause. */
function rootWords(error: Error): string {
  return types.isNativeError(error.cause) ? rootWords(error.cause) : error.message;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/AccessDenied/, 'Look at the trust policy of the role: it must name the OIDC provider token.actions.githubusercontent.com, the audience sts.amazonaws.com, and a "sub" that fits this repository and branch or environment.'],
  [/InvalidIdentityToken/, 'Add the OIDC provider token.actions.githubusercontent.com to the account, with the audience sts.amazonaws.com.'],
  [/ExpiredToken|IDPCommunicationError/, 'Start the run again.'],
  [/ValidationError|MalformedPolicy|NoSuchEntity/, 'Look at role-to-assume: it is the ARN of a role.'],
  [/RegionDisabled/, 'Activate STS for this region in the account, or use another region.'],
];

function refusal(arn: string, where: string, answer: Answer): BackupFault {
  const code = /<Code>([A-Za-z0-9_.]+)<\/Code>/.exec(answer.text)?.[1] ?? /"Code"\s*:\s*"([A-Za-z0-9_.]+)"/.exec(answer.text)?.[1] ?? `HTTP ${answer.status}`;
  const remedy = REMEDIES.find(([pattern]) => pattern.test(code))?.[1] ?? 'Look at role-to-assume and the trust policy of the role.';
  return new BackupFault({ reason: 'store-refused', message: `${where} refused the role ${arn} (${code}).`, remedy });
}

const jsonLease = z.object({
  AssumeRoleWithWebIdentityResponse: z.object({
    AssumeRoleWithWebIdentityResult: z.object({
      Credentials: z.object({ AccessKeyId: z.string(), SecretAccessKey: z.string(), SessionToken: z.string(), Expiration: z.union([z.number(), z.string()]) }),
    }),
  }),
});

/** AWS answers in JSON when asked to, with the end in epoch seconds; other servers in XML. */
function readLease(text: string, where: string): Lease {
  const parsed = jsonLease.safeParse(jsonOf(text));
  if (parsed.success) {
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = parsed.data.AssumeRoleWithWebIdentityResponse.AssumeRoleWithWebIdentityResult.Credentials;
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, expiresMs: typeof Expiration === 'number' ? Expiration * 1000 : Date.parse(Expiration) };
  }
  const tag = (name: string): string => new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1] ?? '';
  const lease = { accessKeyId: tag('AccessKeyId'), secretAccessKey: tag('SecretAccessKey'), sessionToken: tag('SessionToken'), expiresMs: Date.parse(tag('Expiration')) };
  if (lease.accessKeyId === '' || lease.secretAccessKey === '' || lease.sessionToken === '' || Number.isNaN(lease.expiresMs)) {
    throw new BackupFault({ reason: 'store-refused', message: `${where} answered the request for the role with something that holds no credentials.`, remedy: 'Look at s3-endpoint: it must be an S3 server that knows AssumeRoleWithWebIdentity.' });
  }
  return lease;
}
