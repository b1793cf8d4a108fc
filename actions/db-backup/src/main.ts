import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runAction } from '@ops/shared';
import { contract } from './inputs.ts';

// A worker's entry is a bundle beside this one.
const tap = pathToFileURL(join(dirname(process.argv[1] ?? ''), 'tap', 'index.js'));

await runAction(contract, async (inputs, deps, report) => (await import('./run.ts')).run(inputs, deps, report, { tap }), process);
