/**
 * A server that takes whatever is sent and keeps it:
 *
 *     await using box = await openMailbox();
 *     … notify-webhook: `${box.url}/hook` …
 *     expect(box.mail.map(({ json }) => json)).toMatchObject([{ event: 'failure' }]);
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Mail {
  readonly method: string;
  /** As it was sent, escapes and all. */
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** The text as JSON; undefined when it is none. */
  readonly json: unknown;
}

export interface Mailbox extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly mail: readonly Mail[];
  /** Answers like that from now on; 0 never answers. */
  answer(status: number, headers?: http.OutgoingHttpHeaders): void;
  /** Forgets what came. */
  empty(): void;
}

export async function openMailbox(): Promise<Mailbox> {
  const mail: Mail[] = [];
  let [status, headers]: [number, http.OutgoingHttpHeaders] = [200, {}];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => { chunks.push(chunk); }).on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      mail.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, text, json: jsonOf(text) });
      if (status !== 0) response.writeHead(status, headers).end('ok');
    });
  });
  await new Promise<void>((done, failed) => { server.once('error', failed).listen(0, '127.0.0.1', done); });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`, port, mail,
    answer: (next, more = {}) => { [status, headers] = [next, more]; },
    empty: () => { mail.length = 0; },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((done) => { server.close(() => done()); });
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
