import { runAction } from '@ops/shared';
import { contract } from './inputs.ts';

// What the run needs is loaded when the inputs are good: half of a start is the compiling of it.
await runAction(contract, async (...args) => (await import('./run.ts')).run(...args), process);
