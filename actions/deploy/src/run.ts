import type { Workers } from '@ops/backup';
import { openSession, prepareSsh } from '@ops/remote';
import { conclude, deploy, dryRunSections, newRecord, publishDeploy, readStatus, summariseDeploy, summariseStatus } from '@ops/release';
import { asError, UserError, withPrivateTemp, type Deps, type Report, type Verdict } from '@ops/shared';
import { announce } from './announce.ts';
import { tieBackup } from './backup-engine.ts';
import { deployConfig } from './config.ts';
import type { DeployInputs, DeployOutput } from './inputs.ts';

/** Puts one exact commit live on every host, or leaves every host as it was. */
export async function run(inputs: DeployInputs, given: Deps, report: Report<DeployOutput>, workers: Workers): Promise<Verdict> {
  const deps = await withPrivateTemp(given);
  const config = await deployConfig(inputs, deps);
  const record = newRecord();
  const ssh = await prepareSsh(config.ssh, deps);
  const runId = `${config.run.runId}.${config.run.attempt}`;
  const backup = await tieBackup(inputs, config.hosts, ssh, deps, workers);
  const io = { deps, connect: (target: (typeof config.hosts)[number]) => openSession(target, ssh, deps, { runId }), backup: backup.engine };
  const began = deps.clock.monotonic();
  const status = inputs.mode === 'status';
  const github = await announce(inputs, status ? { ...config, dryRun: true } : config, deps);
  deps.state.save('hosts', config.hosts.map((host) => host.name).join(', '));
  let failure: Error | undefined;
  try {
    if (status) await readStatus({ ...config, to: undefined, allowSchemaAhead: false }, io, record);
    else await deploy(config, io, record);
  } catch (thrown) {
    failure = asError(thrown);
  }
  const verdict: Verdict =
    failure !== undefined && !(failure instanceof UserError) ? { ok: false, reason: 'bug', sentence: 'A bug in the action ended the deploy.' }
    : status && failure === undefined ? { ok: true, sentence: `Read the status of ${record.facts.length} of ${config.hosts.length} hosts; nothing was changed.` }
    : conclude('deploy', config, record, failure);
  publishDeploy(record, report, deps.clock.monotonic() - began);
  report.output('verdict', verdict.ok ? 'pass' : record.verdict?.verdict === 'fail' ? 'fail' : 'error');
  report.output('reason-code', verdict.ok ? '' : verdict.reason);
  for (const section of status ? summariseStatus(record) : config.dryRun ? dryRunSections(record) : [...summariseDeploy(config, record), ...backup.sections()]) report.section(section);
  await github.end(verdict);
  if (failure !== undefined && !(failure instanceof UserError)) throw failure;
  return verdict;
}
