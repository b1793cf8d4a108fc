import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('forward.py', import.meta.url));

export interface Forward {
  close(): Promise<void>;
}

/** Makes 127.0.0.1:port of this process reachable under the same address in the namespace that `wrap` enters. */
export async function exposePort(port: number, socket: string, wrap: (argv: readonly string[]) => [string, ...string[]]): Promise<Forward> {
  const open = new Set<Socket>();
  const track = (one: Socket): Socket => {
    open.add(one);
    return one.on('error', () => undefined).once('close', () => open.delete(one));
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = track(connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
    track(near).pipe(far).pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  server.listen(socket);
  await once(server, 'listening');

  const [file, ...args] = wrap(['python3', PROGRAM, String(port), socket]);
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const close = async (): Promise<void> => {
    for (const one of open) one.destroy();
    await new Promise((resolve) => server.close(resolve));
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  };
  const ready = await Promise.race([once(child.stdout, 'data').then(() => true), once(child, 'exit').then(() => false)]);
  if (!ready) {
    await close();
    throw new Error(`port ${port} could not be exposed to the runner's network`);
  }
  return { close };
}
