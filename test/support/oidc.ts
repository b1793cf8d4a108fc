/**
 * An OpenID Connect issuer with GitHub's claims, and what a job with `id-token: write` sees of it.
 *
 *     await using oidc = await startOidc({ sub: 'repo:acme/db:environment:production' });
 *     runAction(dir, { env: oidc.env });                     // @actions/core's getIDToken() gets a token
 *     oidc.sign({ aud: 'sts.amazonaws.com', exp: 1000 });    // one of your own, here long expired
 */
import { generateKeyPairSync, randomBytes, randomUUID, sign as signBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

export type Claims = Readonly<Record<string, string | number | boolean>>;

export interface TestOidc extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`: the `iss` claim. */
  readonly issuer: string;
  readonly jwksUri: string;
  /** ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN. */
  readonly env: Readonly<Record<string, string>>;
  /** How often a token was asked for over HTTP, with the audience. */
  readonly requests: readonly { readonly audience: string | undefined }[];
  /** A token, RS256, with the issuer's claims and these over them. */
  sign(claims?: Claims): string;
}

const LIFETIME_S = 300;

export async function startOidc(claims: Claims = {}): Promise<TestOidc> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'test-key', use: 'sig', alg: 'RS256' };
  const bearer = randomBytes(16).toString('hex');
  const requests: { audience: string | undefined }[] = [];
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test issuer has no port');
  const issuer = `http://127.0.0.1:${address.port}`;

  const sign = (own: Claims = {}): string => {
    const now = Math.floor(Date.now() / 1000);
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'RS256', kid: jwk.kid, typ: 'JWT' })}.${part({
      iss: issuer, aud: 'sts.amazonaws.com', sub: 'repo:acme/db:ref:refs/heads/main', repository: 'acme/db', repository_owner: 'acme',
      ref: 'refs/heads/main', event_name: 'schedule', iat: now, nbf: now - 5, exp: now + LIFETIME_S, jti: randomUUID(), ...claims, ...own,
    })}`;
    return `${signed}.${signBytes('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
  };
  const answer = (response: ServerResponse, status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  server.on('request', (request, response) => {
    const url = new URL(request.url ?? '/', issuer);
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        answer(response, 200, {
          issuer, jwks_uri: `${issuer}/jwks`, response_types_supported: ['id_token'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'],
        });
        return;
      case '/jwks':
        answer(response, 200, { keys: [jwk] });
        return;
      case '/token': {
        if (request.headers.authorization !== `Bearer ${bearer}`) { answer(response, 401, { message: 'Bad credentials' }); return; }
        const audience = url.searchParams.get('audience') ?? undefined;
        requests.push({ audience });
        answer(response, 200, { value: sign(audience === undefined ? {} : { aud: audience }) });
        return;
      }
      default: answer(response, 404, { message: 'Not Found' });
    }
  });
  return {
    issuer, jwksUri: `${issuer}/jwks`, requests, sign,
    env: { ACTIONS_ID_TOKEN_REQUEST_URL: `${issuer}/token?api-version=2.0`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
}
