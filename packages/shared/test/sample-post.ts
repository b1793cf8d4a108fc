/** A tiny post step for tests: MODE says how it behaves. */
import { runPost, type PostDeps } from '@ops/shared/post';

const MODES: Readonly<Record<string, (deps: PostDeps) => Promise<void>>> = {
  tidy: (deps) => {
    deps.say(`made ${deps.state('made') ?? 'nothing'}`);
    deps.say(`key ${deps.input('api-key') ?? ''}\n::error::forged`);
    return Promise.resolve();
  },
  fails: () => Promise.reject(new Error('no way')),
  floating: () => {
    setTimeout(() => { throw new Error('nobody awaits me'); }, 10);
    return new Promise(() => undefined);
  },
  deaf: (deps) => {
    deps.say('ready');
    setInterval(() => undefined, 1000);
    return new Promise(() => undefined);
  },
};

await runPost((deps) => MODES[process.argv[2] ?? '']?.(deps) ?? Promise.reject(new Error('no such mode')), process);
