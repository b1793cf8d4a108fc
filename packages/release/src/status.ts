import type { Deps } from '@ops/shared';
import type { ExecutorContext } from './executor.ts';
import { factsBatch } from './facts-plan.ts';
import { openFleet, type Connect } from './fleet.ts';
import { gather } from './gather.ts';
import type { RollbackConfig } from './config.ts';
import { hostRecord, type RunRecord } from './record.ts';

/** Reads what is live, who holds the lock and what could be rolled back to. Changes nothing, takes no lock. */
export async function readStatus(config: RollbackConfig, io: { readonly deps: Deps; readonly connect: Connect }, record: RunRecord): Promise<void> {
  await using fleet = await openFleet(config.hosts, config.hosts.length - 1, io.connect);
  const context: ExecutorContext = { log: io.deps.log, nonce: io.deps.random.hex(16), executed: record.executed, warnings: record.warnings };
  for (const { host, why } of fleet.unreachable) {
    hostRecord(record, host).state = `not reachable: ${why}`;
    io.deps.log.warning(`${host}: ${why}`);
  }
  record.facts = await gather(fleet.sessions, factsBatch(config, 'light', ''), context, { signal: io.deps.signal });
  for (const one of record.facts) {
    const entry = hostRecord(record, one.host);
    entry.live = one.current.kind === 'link' ? one.current.id : undefined;
    entry.before = entry.live;
    entry.state = one.unverified ? 'live, never judged' : entry.live === undefined ? 'nothing live' : 'live';
  }
}
