import type { Deps } from '@ops/shared';
import type { ExecutorContext } from './executor.ts';
import { factsBatch } from './facts-plan.ts';
import { lookFirst, openFleet, type Connect } from './fleet.ts';
import { factsOf } from './gather.ts';
import type { RollbackConfig } from './config.ts';
import { hostRecord, type RunRecord } from './record.ts';

/** Reads what is live, who holds the lock and what could be rolled back to. Changes nothing, takes no lock. */
export async function readStatus(config: RollbackConfig, io: { readonly deps: Deps; readonly connect: Connect }, record: RunRecord): Promise<void> {
  await using all = await openFleet(config.hosts, io.connect);
  const context: ExecutorContext = { log: io.deps.log, nonce: io.deps.random.hex(16), executed: record.executed, warnings: record.warnings };
  const fleet = await lookFirst(all, factsBatch(config, 'light', ''), context, config.hosts.length - 1, io.deps.signal);
  for (const { host, why } of fleet.unreachable) {
    hostRecord(record, host).state = `not reachable: ${why}`;
    io.deps.log.warning(`${host}: ${why}`);
  }
  record.facts = factsOf(fleet.sessions, fleet.answers);
  for (const one of record.facts) {
    const entry = hostRecord(record, one.host);
    entry.live = one.current.kind === 'link' ? one.current.id : undefined;
    entry.before = entry.live;
    entry.state = one.unverified ? 'live, never judged' : entry.live === undefined ? 'nothing live' : 'live';
  }
}
