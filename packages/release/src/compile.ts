import { createHash } from 'node:crypto';
import type { PlannedBatch } from './plan.ts';
import { scripts } from './scripts.generated.ts';

/** sha256 of a step's script, as the journal records it. */
export function scriptHash(script: string): string {
  return createHash('sha256').update(script).digest('hex');
}

/**
 * Compiles a batch for one host into ONE script: prelude, then each step between its journal lines.
 * The text depends on the plan alone, so the dry run prints exactly what the real run sends.
 */
export function compileBatch(batch: Pick<PlannedBatch, 'id' | 'steps'>, host: string): string {
  const steps = batch.steps
    .filter((step) => step.only === undefined || step.only.includes(host))
    .map((step) => `# --- step ${step.id}: ${step.title}\nops_begin ${step.id} ${scriptHash(step.script)}\n(\nset -eu\n${step.script.trimEnd()}\n)\nops_end ${step.id} $?\n`);
  return `# batch ${batch.id}\n${scripts['prelude.sh']}${steps.join('')}`;
}
