/**
 * Fails when an action of build/release starts slower than its budget: CPU time against `@actions/core` alone, in turn, as in
 * `npm run bench -- startup`. Meant for a moment in which nothing else runs; what is over the budget is measured a second time,
 * with more rounds, before it counts.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Lab, startsOf, STARTUP_GOAL, type Start } from '../bench/startup.ts';

const USAGE = 'usage: startup-budget.ts [--tree DIR] [--help]   DIR: a release tree, default build/release; exit 1 when an action is over the budget';
const ROUNDS = 5;
const ROUNDS_IN_DOUBT = 15;

const args = process.argv.slice(2);
const at = args.indexOf('--tree');
const tree = resolve(at < 0 ? resolve(import.meta.dirname, '../build/release') : args[at + 1] ?? '');
if (args.includes('--help')) console.log(USAGE);
else process.exitCode = check();

function check(): number {
  const starts = existsSync(tree) ? startsOf(tree) : [];
  if (starts.length === 0) {
    console.error(`there is no action in ${tree}; write it with: npm run build`);
    return 1;
  }
  using lab = new Lab();
  const doubtful = overBudget(lab, starts, ROUNDS);
  const over = doubtful.length === 0 ? [] : overBudget(lab, doubtful, ROUNDS_IN_DOUBT);
  for (const { name } of over) console.error(`${name} takes more than ${STARTUP_GOAL} times the CPU of @actions/core alone. Load what most runs do not need with \`await import()\`; npm run bench -- startup shows the figures.`);
  return over.length > 0 ? 1 : 0;
}

function overBudget(lab: Lab, starts: readonly Start[], rounds: number): Start[] {
  const { core, ours } = lab.sideBySide(starts, rounds);
  for (const { name, ms } of ours) console.log(`${name} ${(ms / core).toFixed(2)} of at most ${STARTUP_GOAL} (${ms.toFixed(0)} ms, core ${core.toFixed(0)} ms, ${rounds} rounds)`);
  return starts.filter(({ name }) => ours.some((one) => one.name === name && !(one.ms / core <= STARTUP_GOAL)));
}
