import { runAction } from '@ops/shared';
import { contract } from './inputs.ts';
import { run } from './run.ts';

await runAction(contract, run, process);
