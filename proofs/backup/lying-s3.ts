/** An S3 server that lies: a proxy before a real one whose answers a case may replace. Bodies are held whole. */
import http, { type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { operationOf, type Operation } from '../../test/support/s3-faults.ts';

export interface Asked {
  readonly operation: Operation;
  readonly method: string;
  /** Key in the bucket, without the bucket. */
  readonly key: string;
  readonly url: URL;
  readonly body: Buffer;
}

export interface Told {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What the liar says; `honest` asks the real server. */
export type Liar = (asked: Asked, honest: () => Promise<Told>) => Promise<Told>;

export interface LyingS3 extends AsyncDisposable {
  readonly endpoint: string;
  liar: Liar;
}

export const truth: Liar = (_asked, honest) => honest();

export async function startLyingS3(upstream: string): Promise<LyingS3> {
  const target = new URL(upstream);
  const state = { liar: truth };
  const serve = async (request: IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', upstream);
    const method = request.method ?? 'GET';
    const body = await buffer(request);
    const asked: Asked = { operation: operationOf(method, url), method, url, body, key: decodeURIComponent(url.pathname.split('/').slice(2).join('/')) };
    const told = await state.liar(asked, () => forward(target, request, body));
    const { 'transfer-encoding': _, ...headers } = told.headers;
    response.writeHead(told.status, method === 'HEAD' ? headers : { ...headers, 'content-length': String(told.body.length) });
    response.end(told.body);
  };
  const handle = (request: IncomingMessage, response: http.ServerResponse): void => { serve(request, response).catch(() => { response.destroy(); }); };
  const server = http.createServer(handle);
  server.on('checkContinue', (request: IncomingMessage, response: http.ServerResponse) => { response.writeContinue(); handle(request, response); });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the lying store has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    get liar() { return state.liar; },
    set liar(liar) { state.liar = liar; },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => { server.close(() => resolve()); });
    },
  };
}

async function forward(target: URL, request: IncomingMessage, body: Buffer): Promise<Told> {
  return await new Promise((resolve, reject) => {
    const { expect: _, ...headers } = request.headers;
    const onward = http.request({ host: target.hostname, port: target.port, method: request.method, path: request.url, headers, agent: false }, (answer) => {
      buffer(answer).then((bytes) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: bytes }), reject);
    });
    onward.on('error', reject);
    onward.end(body);
  });
}
