import { expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { realClock } from '@ops/shared';
import { HostStream } from './stream-link.ts';
import { collect } from './stream-testing.ts';
import { localTarget } from './stream.ts';

const NONCE = 'abc123';

test('a kill that comes after the last word of the host ends stdout all the same', async () => {
  let end: (status: number) => void = () => undefined;
  const child = {
    pid: 1, stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), kill: () => true,
    ended: new Promise<number>((resolve) => { end = resolve; }),
  };
  const stream = new HostStream({
    target: localTarget(), request: { title: 'a dump', script: '' }, nonce: NONCE, clock: realClock, child, failure: undefined,
    beatMs: 60_000, graceS: 60, silenceS: 60, greetingMs: 60_000,
  });
  const read = collect(stream.stdout);
  child.stdout.write(`\n${NONCE}\nhalf of it`);
  child.stderr.write(`${NONCE} hi\n${NONCE} exit 0 done\n`);
  await new Promise((resolve) => { setImmediate(resolve); });
  const killed = stream.kill();
  for (const pipe of [child.stdout, child.stderr]) pipe.end();
  end(0);
  await killed;
  expect(await stream.exit).toEqual({ exit: 0, lost: false });
  expect((await read).error?.message).toMatch(/a dump ran on/);
});
