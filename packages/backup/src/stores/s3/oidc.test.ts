import { describe, expect, test } from '@jest/globals';
import { Secret } from '@ops/shared';
import { assumeRole, stsEndpoint, type OidcDeps } from './oidc.ts';

const REQUEST = { arn: 'arn:aws:iam::123456789012:role/backup', region: 'eu-west-1', endpoint: undefined, source: { url: 'https://token.example.com/x?api=1', token: new Secret('request-token') } };
const ANSWER = { AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult: { Credentials: { AccessKeyId: 'ASIA', SecretAccessKey: 's3cret', SessionToken: 'session', Expiration: 1_900_000_000 } } } };

type Answer = readonly [status: number, body: string] | Error;

function deps(token: readonly Answer[], sts: readonly Answer[]): OidcDeps & { readonly sent: { url: string; init: RequestInit | undefined }[]; readonly masked: string[] } {
  const sent: { url: string; init: RequestInit | undefined }[] = [];
  const masked: string[] = [];
  const queues = { token: [...token], sts: [...sts] };
  return {
    sent, masked, runId: '47/11', mask: (secret) => { masked.push(secret); }, sleep: async () => undefined,
    fetch: async (input, init) => {
      const url = String(input);
      sent.push({ url, init });
      const next = (url.startsWith('https://token.') ? queues.token : queues.sts).shift();
      if (next === undefined) throw new Error('nothing more was expected');
      if (next instanceof Error) throw next;
      return new Response(next[1], { status: next[0] });
    },
  };
}

const TOKEN: Answer = [200, JSON.stringify({ value: 'identity.token' })];

describe('a role taken by the identity of the job', () => {
  test('asks GitHub, then STS without a signature, and masks the token', async () => {
    const fake = deps([TOKEN], [[200, JSON.stringify(ANSWER)]]);
    expect(await assumeRole(REQUEST, fake)).toEqual({ accessKeyId: 'ASIA', secretAccessKey: 's3cret', sessionToken: 'session', expiresMs: 1_900_000_000_000 });
    expect(fake.sent.map(({ url }) => url)).toEqual(['https://token.example.com/x?api=1&audience=sts.amazonaws.com', 'https://sts.eu-west-1.amazonaws.com']);
    expect(new Headers(fake.sent[0]?.init?.headers).get('authorization')).toBe('Bearer request-token');
    expect(new Headers(fake.sent[1]?.init?.headers).get('authorization')).toBeNull();
    expect(String(fake.sent[1]?.init?.body)).toBe('Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fbackup&RoleSessionName=ops-47-11&WebIdentityToken=identity.token&DurationSeconds=3600');
    expect(fake.masked).toEqual(['identity.token']);
  });

  test('reads the XML of other servers, and leaves the length of the session to them', async () => {
    const xml = '<R><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>B</SecretAccessKey><SessionToken>C</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></R>';
    const fake = deps([TOKEN], [[200, xml]]);
    expect(await assumeRole({ ...REQUEST, endpoint: 'https://s3.example.com' }, fake)).toEqual({ accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'C', expiresMs: Date.UTC(2030, 0, 1) });
    expect(fake.sent[1]?.url).toBe('https://s3.example.com');
    expect(String(fake.sent[1]?.init?.body)).not.toMatch(/Duration/);
  });

  test('tries again what goes away by itself', async () => {
    const fake = deps([[500, ''], new TypeError('fetch failed'), TOKEN], [[429, ''], [503, ''], [200, JSON.stringify(ANSWER)]]);
    expect((await assumeRole(REQUEST, fake)).accessKeyId).toBe('ASIA');
  });

  test.each<[string, readonly Answer[], readonly Answer[], string, RegExp]>([
    ['no trust', [TOKEN], [[403, '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>']], 'store-refused', /refused the role .* \(AccessDenied\).*trust policy.*"sub"/s],
    ['no provider', [TOKEN], [[400, '{"Error":{"Code":"InvalidIdentityToken"}}']], 'store-refused', /InvalidIdentityToken.*Add the OIDC provider/s],
    ['no token', [[403, '']], [], 'store-refused', /no identity token \(HTTP 403\)/],
    ['an answer without credentials', [TOKEN], [[200, '<html>']], 'store-refused', /holds no credentials/],
    ['nobody there', [TOKEN], Array.from({ length: 4 }, () => new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND sts') })), 'store-timeout', /did not answer, 4 times: getaddrinfo ENOTFOUND sts/],
  ])('%s', async (_name, token, sts, reason, words) => {
    const fault = await assumeRole(REQUEST, deps(token, sts)).catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({ reason });
    const said = String((fault as { sentence(): string }).sentence());
    expect(said).toMatch(words);
    expect(said).not.toMatch(/identity\.token|request-token/);
  });

  test('a job without id-token: write is told so', async () => {
    await expect(assumeRole({ ...REQUEST, source: undefined }, deps([], []))).rejects.toMatchObject({ remedy: expect.stringMatching(/id-token: write/) });
  });

  test('China has addresses of its own', () => {
    expect(stsEndpoint('cn-north-1')).toBe('https://sts.cn-north-1.amazonaws.com.cn');
  });
});
