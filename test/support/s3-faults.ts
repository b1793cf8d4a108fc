/**
 * An HTTP proxy in front of an S3 server that fails by rule, where toxiproxy only knows connections.
 *
 *     await using faults = await startS3Faults(s3.endpoint);
 *     faults.add({ on: 'UploadPart', times: 3, fault: { kind: 'answer', status: 500 } });
 *     faults.add({ on: 'CompleteMultipartUpload', times: 1, fault: { kind: 'lose-answer' } });
 *     new S3Client({ endpoint: faults.endpoint, … });
 *     faults.seen.filter(({ operation }) => operation === 'UploadPart').length
 *
 * The Host header goes through untouched, so signatures stay valid.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Operation =
  | 'CreateMultipartUpload' | 'UploadPart' | 'CompleteMultipartUpload' | 'AbortMultipartUpload' | 'ListMultipartUploads' | 'ListParts'
  | 'PutObject' | 'GetObject' | 'HeadObject' | 'DeleteObject' | 'ListObjects' | 'GetBucketVersioning' | 'Lifecycle' | 'Other';

export type Fault =
  /** Answers instead of the server, as S3 would. */
  | { readonly kind: 'answer'; readonly status: number; readonly code?: string; readonly message?: string }
  /** Breaks the connection before the server sees the request; with `afterBytes` in the middle of its body. */
  | { readonly kind: 'reset'; readonly afterBytes?: number }
  /** The server does it, and nobody hears of it. */
  | { readonly kind: 'lose-answer' }
  /** Sends the request on only after this time. */
  | { readonly kind: 'stall'; readonly ms: number }
  /** Never answers. */
  | { readonly kind: 'silence' }
  /** The answer's body breaks off after so many bytes, or (`silent`) says no more. */
  | { readonly kind: 'cut'; readonly afterBytes: number; readonly silent?: boolean };

export interface FaultRule {
  readonly on: Operation | ((request: Seen) => boolean);
  readonly fault: Fault;
  /** How often; for ever when not given. */
  readonly times?: number;
}

export interface Seen {
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
}

export interface S3Faults extends AsyncDisposable {
  readonly endpoint: string;
  /** Every request, in order. */
  readonly seen: readonly Seen[];
  count(operation: Operation): number;
  add(rule: FaultRule): void;
  clear(): void;
}

export async function startS3Faults(upstream: string): Promise<S3Faults> {
  const target = new URL(upstream);
  const seen: Seen[] = [];
  let rules: { rule: FaultRule; left: number }[] = [];
  const sockets = new Set<Socket>();
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', upstream);
    const facts: Seen = { operation: operationOf(request.method ?? 'GET', url), method: request.method ?? 'GET', path: url.pathname, query: url.searchParams, headers: request.headers };
    seen.push(facts);
    const found = rules.find(({ rule, left }) => left > 0 && (typeof rule.on === 'function' ? rule.on(facts) : rule.on === facts.operation));
    if (found !== undefined) found.left -= 1;
    meet(found?.rule.fault, target, request, response);
  });
  // A client that waits for "100 Continue" gets it from here.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    response.writeContinue();
    server.emit('request', request, response);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    count: (operation) => seen.filter((one) => one.operation === operation).length,
    add: (rule) => { rules.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY }); },
    clear: () => { rules = []; },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** What S3 calls a request. */
export function operationOf(method: string, url: URL): Operation {
  const { searchParams: query } = url;
  const inBucket = url.pathname.split('/').filter((part) => part !== '').length > 1;
  if (query.has('lifecycle')) return 'Lifecycle';
  if (query.has('versioning')) return 'GetBucketVersioning';
  if (query.has('uploads')) return method === 'POST' ? 'CreateMultipartUpload' : 'ListMultipartUploads';
  if (query.has('uploadId')) return ({ PUT: 'UploadPart', POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload', GET: 'ListParts' } as const)[method] ?? 'Other';
  if (!inBucket) return method === 'GET' ? 'ListObjects' : 'Other';
  return ({ PUT: 'PutObject', GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' } as const)[method] ?? 'Other';
}

function meet(fault: Fault | undefined, target: URL, request: IncomingMessage, response: ServerResponse): void {
  switch (fault?.kind) {
    case 'answer': {
      const { status, code = 'InternalError', message = 'We encountered an internal error. Please try again.' } = fault;
      request.resume();
      request.on('end', () => {
        response.writeHead(status, { 'content-type': 'application/xml' });
        response.end(request.method === 'HEAD' || status < 300 ? undefined : `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>1</RequestId></Error>`);
      });
      return;
    }
    case 'reset': {
      let got = 0;
      const after = fault.afterBytes ?? 0;
      if (after === 0) request.socket.resetAndDestroy();
      else request.on('data', (chunk: Buffer) => {
        got += chunk.length;
        if (got >= after) request.socket.resetAndDestroy();
      });
      return;
    }
    case 'stall':
      setTimeout(() => pass(undefined, target, request, response), fault.ms);
      return;
    case 'silence':
      request.resume();
      return;
    case 'cut': case 'lose-answer': case undefined:
      pass(fault, target, request, response);
  }
}

function pass(fault: Fault | undefined, target: URL, request: IncomingMessage, response: ServerResponse): void {
  const forward = http.request({ host: target.hostname, port: target.port, method: request.method, path: request.url, headers: request.headers, agent: false }, (answer) => {
    if (fault?.kind === 'lose-answer') {
      answer.resume();
      answer.on('end', () => request.socket.resetAndDestroy());
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    if (fault?.kind !== 'cut') {
      answer.pipe(response);
      return;
    }
    let left = fault.afterBytes;
    answer.on('data', (chunk: Buffer) => {
      if (left <= 0) return;
      response.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0 && fault.silent !== true) setTimeout(() => request.socket.resetAndDestroy(), 20);
    });
  });
  forward.on('error', () => request.socket.destroy());
  request.on('close', () => { if (!response.writableEnded && request.destroyed && !request.complete) forward.destroy(); });
  request.pipe(forward);
}
