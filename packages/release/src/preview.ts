import { compileBatch } from './compile.ts';
import { scriptValues, type ExecutedScript } from './executor.ts';
import type { Plan } from './plan.ts';

/**
 * Every script of a plan as the real run would send it, host by host, compensations last. Values that
 * only the run can know stand as `(known at run time)`.
 */
export function previewScripts(plan: Plan, nonce: string): readonly ExecutedScript[] {
  return [...plan.batches, ...plan.compensations].flatMap((batch) => {
    const hosts = batch.scope === 'once' ? [plan.once] : plan.hosts.filter((host) => batch.values[host] !== undefined);
    return hosts.map((host) => ({
      host,
      batch: batch.id,
      script: compileBatch(batch, host),
      values: scriptValues({ ...batch.values[host], ...Object.fromEntries(batch.runtime.map((name) => [name, '(known at run time)'])) }, nonce),
    }));
  });
}
