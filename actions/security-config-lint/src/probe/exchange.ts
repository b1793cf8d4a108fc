import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { headerList, type HeaderList } from '../headers/list.ts';
import { readContent, type Content } from './content.ts';
import { bareHost, portOf, stepSignal, stopIfCancelled, type Wire } from './network.ts';
import { noAnswer, noAnswerOf, type NoAnswer } from './no-answer.ts';

/** A policy with hundreds of hosts is longer than Node's usual limit. */
const HEADER_LIMIT_BYTES = 64 * 1024;

export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: HeaderList;
  readonly content: Content;
}

/**
 * Asks once with GET, on a connection of its own to the pinned address, and follows nothing. Names of certificates are held against the host of
 * the URL. Throws CancelledError when the run is cancelled.
 */
export async function exchange(url: URL, headers: Readonly<Record<string, string>>, wire: Wire): Promise<Answer | NoAnswer> {
  const limit = stepSignal(wire);
  const outcome = await send(url, headers, wire, limit);
  stopIfCancelled(wire.signal);
  return outcome;
}

function send(url: URL, headers: Readonly<Record<string, string>>, wire: Wire, limit: AbortSignal): Promise<Answer | NoAnswer> {
  return new Promise((resolve) => {
    const request = requestOf(url, headers, wire);
    let connected = false;
    let answered = false;
    const settle = (outcome: NoAnswer): void => {
      // Once the headers are here they count, whatever becomes of the body.
      if (answered) return;
      resolve(outcome);
      request.destroy();
    };
    limit.addEventListener('abort', () => settle(connected ? noAnswer('silent', 'no answer comes in time') : noAnswer('unreachable', 'nobody accepts the connection in time')), { once: true });
    request.on('socket', (socket) => {
      socket.once('connect', () => {
        connected = true;
      });
    });
    request.on('error', (error) => settle(noAnswerOf(error, connected)));
    // Without a listener Node would drop the answer of a server that switches protocols.
    request.on('upgrade', () => settle(noAnswer('broken', 'the server switches to another protocol')));
    request.on('response', (message) => {
      answered = true;
      void answerOf(message, limit).then(resolve);
    });
    request.end();
  });
}

async function answerOf(message: IncomingMessage, limit: AbortSignal): Promise<Answer> {
  const headers = headerList(message.rawHeaders);
  return { kind: 'answer', status: message.statusCode ?? 0, headers, content: await readContent(message, headers, limit) };
}

function requestOf(url: URL, headers: Readonly<Record<string, string>>, { network, address }: Wire): http.ClientRequest {
  const host = bareHost(url);
  const options = {
    ...network.reach(address, portOf(url)),
    method: 'GET',
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, connection: 'close' },
    agent: false,
    maxHeaderSize: HEADER_LIMIT_BYTES,
  } as const;
  if (url.protocol === 'http:') return http.request(options);
  return https.request({
    ...options,
    servername: isIP(host) === 0 ? host : '',
    checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
    ...(network.ca === undefined ? {} : { ca: network.ca }),
  });
}
