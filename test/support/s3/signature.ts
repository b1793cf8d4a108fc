import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SignedRequest {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly method: string;
  /** Already encoded, with the query. */
  readonly path: string;
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * One request to an S3 server with AWS's signature version 4, so that the bed can look into a store without the SDK that the product
 * uses, and thus without its bugs. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export async function signedFetch(request: SignedRequest): Promise<{ status: number; body: string; headers: Headers }> {
  const { endpoint, credentials, method, path, body } = request;
  const url = new URL(path, endpoint);
  const hash = sha256(body);
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const headers: Record<string, string> = {
    ...Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value.trim()])),
    host: url.host, 'x-amz-content-sha256': hash, 'x-amz-date': now,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&');
  const canonical = [method, url.pathname, query, ...names.map((name) => `${name}:${headers[name] ?? ''}`), '', names.join(';'), hash].join('\n');
  const scope = `${now.slice(0, 8)}/${request.region}/s3/aws4_request`;
  const key = scope.split('/').reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${credentials.secretAccessKey}`));
  const signature = hmac(key, ['AWS4-HMAC-SHA256', now, scope, sha256(canonical)].join('\n')).toString('hex');
  const { host: _, ...sent } = headers;
  const answer = await fetch(url, {
    method,
    headers: { ...sent, authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}` },
    ...(body.length === 0 ? {} : { body: Buffer.from(body) }),
  });
  return { status: answer.status, body: await answer.text(), headers: answer.headers };
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
