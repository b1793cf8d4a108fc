import { expect, test } from '@jest/globals';
import { startOidc } from '../support/oidc.ts';
import { describeWithServices } from '../support/require.ts';
import type { Credentials } from '../support/s3.ts';
import { startWeed, type TestWeed } from '../support/weed.ts';

const PATIENCE_MS = 180_000;

async function assumeRole(weed: TestWeed, token: string): Promise<{ status: number; session: Credentials }> {
  const answer = await fetch(weed.endpoint, {
    method: 'POST',
    body: new URLSearchParams({ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: weed.roleArn, RoleSessionName: 'run', WebIdentityToken: token }),
  });
  const text = await answer.text();
  const field = (name: string): string => new RegExp(`<${name}>([^<]*)`).exec(text)?.[1] ?? '';
  return { status: answer.status, session: { accessKeyId: field('AccessKeyId'), secretAccessKey: field('SecretAccessKey'), sessionToken: field('SessionToken') } };
}

describeWithServices('the second S3 server', ['weed'], () => {
  test('gives a role to the right token only, and has storage classes and lifecycle', async () => {
    await using oidc = await startOidc();
    await using weed = await startWeed({ oidc });
    await weed.makeBucket('backups');
    expect(await weed.keys('backups')).toEqual([]);

    const { status, session } = await assumeRole(weed, oidc.sign());
    expect(status).toBe(200);
    expect((await weed.request('PUT', '/backups/key', { body: 'x', as: session })).status).toBe(200);
    expect((await weed.request('DELETE', '/backups/key', { as: session })).status).toBe(403);
    expect((await weed.request('GET', '/backups/key', { as: { ...session, sessionToken: `${session.sessionToken?.slice(0, -6)}AAAAAA` } })).status).toBe(403);
    for (const claims of [{ sub: 'repo:evil/db:ref:refs/heads/main' }, { aud: 'other' }, { exp: 1000 }]) {
      expect({ claims, status: (await assumeRole(weed, oidc.sign(claims))).status >= 400 }).toEqual({ claims, status: true });
    }

    expect((await weed.request('PUT', '/backups/cold', { body: 'x', as: weed.writer, headers: { 'x-amz-storage-class': 'GLACIER' } })).status).toBe(200);
    expect((await weed.request('HEAD', '/backups/cold')).headers.get('x-amz-storage-class')).toBe('GLACIER');
    expect((await weed.request('PUT', '/backups/key', { body: 'x', as: weed.reader })).status).toBe(403);
    const rules = '<LifecycleConfiguration><Rule><ID>old</ID><Status>Enabled</Status><Filter><Prefix>x/</Prefix></Filter><Expiration><Days>30</Days></Expiration></Rule></LifecycleConfiguration>';
    expect((await weed.request('PUT', '/backups?lifecycle', { body: rules })).status).toBe(200);
    expect((await weed.request('GET', '/backups?lifecycle')).body).toContain('<Days>30</Days>');
  }, PATIENCE_MS);

  test('the issuer gives tokens to who holds the job\'s own', async () => {
    await using oidc = await startOidc({ sub: 'repo:acme/db:environment:production' });
    const url = `${oidc.env['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience=sts.amazonaws.com`;
    expect((await fetch(url)).status).toBe(401);
    const answer: unknown = await (await fetch(url, { headers: { authorization: `Bearer ${oidc.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}` } })).json();
    const [, claims = ''] = (typeof answer === 'object' && answer !== null && 'value' in answer ? String(answer.value) : '').split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ iss: oidc.issuer, aud: 'sts.amazonaws.com', sub: 'repo:acme/db:environment:production' });
    expect(oidc.requests).toEqual([{ audience: 'sts.amazonaws.com' }]);
  });
});
