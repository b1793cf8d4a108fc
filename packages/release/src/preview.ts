import type { Log } from '@ops/shared';
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

/** Prints a preview into the job log, one group a batch: each host's values, and the script once where all hosts get the same. */
export async function printPreview(preview: readonly ExecutedScript[], log: Pick<Log, 'group' | 'foreign' | 'info'>): Promise<void> {
  for (const batch of new Set(preview.map((one) => one.batch))) {
    const ofBatch = preview.filter((one) => one.batch === batch);
    await log.group(`Dry run: ${batch} on ${ofBatch.map((one) => one.host).join(', ')}`, () => {
      const printed = new Map<string, string>();
      for (const one of ofBatch) {
        log.foreign(one.host, Object.entries(one.values).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join('\n'));
        const same = printed.get(one.script);
        if (same === undefined) log.foreign(`${one.host} sh`, one.script);
        else log.info(`${one.host}: the same script as ${same}.`);
        printed.set(one.script, same ?? one.host);
      }
      return Promise.resolve();
    });
  }
}
