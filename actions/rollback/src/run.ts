import { inputError, conclude, dryRunSections, newRecord, publishRun, readStatus, rollback, summariseRollback, summariseStatus, targetConfig, type RollbackConfig } from '@ops/release';
import { openSession, prepareSsh } from '@ops/remote';
import { withPrivateTemp, type Deps, type Report, type Verdict } from '@ops/shared';
import type { RollbackInputs, RollbackOutput } from './inputs.ts';

/** Puts a known good release back, or prints what could be. */
export async function run(inputs: RollbackInputs, given: Deps, report: Report<RollbackOutput>): Promise<Verdict> {
  const deps = await withPrivateTemp(given);
  const problems: string[] = [];
  const target = targetConfig(inputs, deps, problems);
  if (target === undefined || problems.length > 0) throw inputError(problems);
  const config: RollbackConfig = { ...target, to: inputs.to, allowSchemaAhead: inputs['allow-schema-ahead'] };
  const record = newRecord();
  const ssh = await prepareSsh(target.ssh, deps);
  const io = { deps, connect: (host: (typeof target.hosts)[number]) => openSession(host, ssh, deps, { runId: `${config.run.runId}.${config.run.attempt}` }) };
  const began = deps.clock.monotonic();
  const status = inputs.mode === 'status';
  let verdict: Verdict;
  try {
    if (status) await readStatus(config, io, record);
    else await rollback(config, io, record);
    verdict = status ? { ok: true, sentence: `Read the status of ${record.facts.length} of ${config.hosts.length} hosts; nothing was changed.` } : conclude('rollback', config, record);
  } catch (thrown) {
    verdict = conclude('rollback', config, record, thrown);
  }
  deps.state.save('done', 'yes');
  publishRun(record, report, deps.clock.monotonic() - began);
  report.output('rolled-back', record.switched);
  report.output('verdict', verdict.ok ? 'pass' : 'fail');
  report.output('reason-code', verdict.ok ? '' : verdict.reason);
  for (const section of status ? summariseStatus(record) : config.dryRun ? dryRunSections(record) : summariseRollback(config, record)) report.section(section);
  return verdict;
}
