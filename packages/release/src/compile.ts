import { createHash } from 'node:crypto';
import type { PlannedBatch, Step } from './plan.ts';
import { scripts } from './scripts.generated.ts';

/** sha256 of a step's script, as the journal records it. */
export function scriptHash(script: string): string {
  return createHash('sha256').update(script).digest('hex');
}

/** One step alone: between its journal lines. */
function single(step: Step): string {
  return `# --- step ${step.id}: ${step.title}\nops_begin ${step.id} ${scriptHash(step.script)}\n(\nset -eu\n${step.script.trimEnd()}\n)\nops_end ${step.id} $?\n`;
}

/** Steps that run at once. All have ended before the first failure ends the batch. */
function together(steps: readonly Step[]): string {
  const begin = steps.map((step, index) => `# --- step ${step.id}: ${step.title}\nops_begin ${step.id} ${scriptHash(step.script)}\n(\nset -eu\n${step.script.trimEnd()}\n) &\nops_child${index}=$!\n`);
  const wait = steps.map((_step, index) => `ops_exit${index}=0\nwait "$ops_child${index}" || ops_exit${index}=$?\n`);
  const end = steps.map((step, index) => `ops_end ${step.id} "$ops_exit${index}"\n`);
  return [...begin, ...wait, ...end].join('');
}

/**
 * Compiles a batch for one host into ONE script: prelude, then each step between its journal lines.
 * The text depends on the plan alone, so the dry run prints exactly what the real run sends.
 */
export function compileBatch(batch: Pick<PlannedBatch, 'id' | 'steps'>, host: string): string {
  const lanes: Step[][] = [];
  for (const step of batch.steps.filter((one) => one.only === undefined || one.only.includes(host))) {
    const last = lanes.at(-1);
    if (last !== undefined && step.group !== undefined && last[0]?.group === step.group) last.push(step);
    else lanes.push([step]);
  }
  const text = lanes.map((lane) => (lane.length === 1 && lane[0] !== undefined ? single(lane[0]) : together(lane)));
  return `# batch ${batch.id}\n${scripts['prelude.sh']}${text.join('')}`;
}
