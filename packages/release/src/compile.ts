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

/**
 * A group: its first step runs beside the others, which run one after the other. What the others print is kept
 * until the first has ended, because two writers on one file could tear each other's long lines. All have
 * ended before the first failure ends the batch.
 */
function together([first, ...others]: readonly [Step, ...Step[]]): string {
  const body = (step: Step): string => `set -eu\n${step.script.trimEnd()}\n`;
  const begin = [first, ...others].map((step) => `# --- step ${step.id}: ${step.title}\nops_begin ${step.id} ${scriptHash(step.script)}\n`);
  const kept = others.map((step, index) => `ops_out${index}=$(\n(\n${body(step)})\n)\nops_exit${index}=$?\n`);
  const shown = others.map((_step, index) => `printf '%s\\n' "$ops_out${index}"\n`);
  const end = others.map((step, index) => `ops_end ${step.id} "$ops_exit${index}"\n`);
  return [...begin, `(\n${body(first)}) &\nops_child=$!\n`, ...kept, 'ops_exit=0\nwait "$ops_child" || ops_exit=$?\n', ...shown, `ops_end ${first.id} "$ops_exit"\n`, ...end].join('');
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
  const text = lanes.map(([first, ...others]) => (first === undefined ? '' : others.length === 0 ? single(first) : together([first, ...others])));
  return `# batch ${batch.id}\n${scripts['prelude.sh']}${text.join('')}`;
}
