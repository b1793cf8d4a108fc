/**
 * Network faults between a client and a server of the bed, by toxiproxy.
 *
 *     await using proxy = await startProxy(s3.port);
 *     await proxy.add({ type: 'latency', latency: 90_000 });                    // stalls for 90 s, then goes on
 *     await proxy.add({ type: 'limit_data', bytes: 3_000_000, stream: 'upstream' });  // cuts the upload there
 *     await proxy.clear();                                                      // all well again
 *     await proxy.refuse(); await proxy.accept();                               // connection refused, and back
 *
 * Toxics: https://github.com/Shopify/toxiproxy#toxics. `timeout` drops what was sent; only `latency` is a stall that ends.
 */
import { freePort, privateDir, startDaemon } from './daemon.ts';
import { SYSTEM_PATH } from './database/engine.ts';
import { HOW_TO_INSTALL, programOf } from './services.ts';

/** What a toxic does; milliseconds, kilobytes a second, bytes. */
export type Toxic =
  | { readonly type: 'latency'; readonly latency: number; readonly jitter?: number }
  | { readonly type: 'bandwidth'; readonly rate: number }
  | { readonly type: 'slow_close'; readonly delay: number }
  /** Stops all data, and closes the connection after that time; 0: never. */
  | { readonly type: 'timeout'; readonly timeout: number }
  | { readonly type: 'reset_peer'; readonly timeout: number }
  | { readonly type: 'slicer'; readonly average_size: number; readonly size_variation: number; readonly delay: number }
  | { readonly type: 'limit_data'; readonly bytes: number };

export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /**
   * Adds a toxic. `upstream` is what the client sends, `downstream` (default) what the server answers; `toxicity` the share of connections
   * that get it, default 1. Connections that are open get it too.
   */
  add(toxic: Toxic & { readonly stream?: 'upstream' | 'downstream'; readonly toxicity?: number }): Promise<{ remove(): Promise<void> }>;
  /** Removes every toxic. */
  clear(): Promise<void>;
  /** Closes every connection and refuses new ones. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
}

/** A proxy on a port of its own to 127.0.0.1:upstream. */
export async function startProxy(upstream: number): Promise<TestProxy> {
  const program = programOf('toxiproxy');
  if (program === undefined) throw new Error(`no toxiproxy on this machine; install with: ${HOW_TO_INSTALL}`);
  await using undo = new AsyncDisposableStack();
  const dir = privateDir('proxy');
  undo.defer(() => { dir.remove(); });
  const control = await freePort();
  const api = `http://127.0.0.1:${control}`;
  const daemon = await startDaemon({
    name: 'toxiproxy', argv: [program, '-host', '127.0.0.1', '-port', String(control)], log: `${dir.path}/log`, user: 'nobody',
    env: { PATH: SYSTEM_PATH, LOG_LEVEL: 'error' },
    ready: () => fetch(`${api}/version`).then((answer) => answer.ok, () => false),
  });
  undo.defer(() => daemon.end('SIGKILL'));

  const call = async (method: string, path: string, body?: unknown): Promise<void> => {
    const answer = await fetch(`${api}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`toxiproxy answered ${answer.status} to ${method} ${path}: ${await answer.text()}`);
  };
  const port = await freePort();
  await call('POST', '/proxies', { name: 'server', listen: `127.0.0.1:${port}`, upstream: `127.0.0.1:${upstream}`, enabled: true });
  const names = new Set<string>();
  let added = 0;
  const stop = undo.move();
  const remove = async (name: string): Promise<void> => {
    if (names.delete(name)) await call('DELETE', `/proxies/server/toxics/${name}`);
  };
  return {
    port, url: `http://127.0.0.1:${port}`,
    async add({ type, stream = 'downstream', toxicity = 1, ...attributes }) {
      const name = `toxic-${++added}`;
      await call('POST', '/proxies/server/toxics', { name, type, stream, toxicity, attributes });
      names.add(name);
      return { remove: () => remove(name) };
    },
    async clear() { for (const name of names) await remove(name); },
    refuse: () => call('POST', '/proxies/server', { enabled: false }),
    accept: () => call('POST', '/proxies/server', { enabled: true }),
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}
