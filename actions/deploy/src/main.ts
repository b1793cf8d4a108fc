import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runAction } from '@ops/shared';
import { contract } from './inputs.ts';

// A worker's entry is a bundle beside this one.
const tap = pathToFileURL(join(dirname(process.argv[1] ?? ''), 'tap', 'index.js'));

// What the run needs is loaded when the inputs are good: half of a start is the compiling of it.
await runAction(contract, async (...args) => (await import('./run.ts')).run(...args, { tap }), process);
