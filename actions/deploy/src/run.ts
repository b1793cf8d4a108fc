import { openSession, prepareSsh } from '@ops/remote';
import { conclude, deploy, dryRunSections, newRecord, publishDeploy, summariseDeploy } from '@ops/release';
import type { Deps, Report, Verdict } from '@ops/shared';
import { deployConfig } from './config.ts';
import { announce } from './announce.ts';
import type { DeployInputs, DeployOutput } from './inputs.ts';

/** Puts one exact commit live on every host, or leaves every host as it was. */
export async function run(inputs: DeployInputs, deps: Deps, report: Report<DeployOutput>): Promise<Verdict> {
  const config = await deployConfig(inputs, deps);
  const record = newRecord();
  const ssh = await prepareSsh(config.ssh, deps);
  const github = await announce(inputs, config, deps);
  const began = deps.clock.monotonic();
  try {
    await deploy(config, { deps, connect: (target) => openSession(target, ssh, deps, { runId: `${config.run.runId}.${config.run.attempt}` }), backup: undefined }, record);
    return await github.end(conclude('deploy', config, record));
  } catch (thrown) {
    return await github.end(conclude('deploy', config, record, thrown));
  } finally {
    publishDeploy(record, report, deps.clock.monotonic() - began);
    for (const section of config.dryRun ? dryRunSections(record) : summariseDeploy(config, record)) report.section(section);
  }
}
