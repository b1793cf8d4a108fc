import type { Clock, Log, Random } from '@ops/shared';
import { BackupFault } from '../fault.ts';
import type { Store, StoreFacts } from '../stores/store.ts';
import { deleteBackup, deleteOrphan, type Removal } from './removal.ts';
import { NO_LEASE, takeLease, type Lease } from './lease.ts';
import { meansNoRight, planPrune, words, type PlanRequest, type PrunePlan } from './plan.ts';

export interface PruneRequest extends Omit<PlanRequest, 'nowMs'> {
  readonly store: Store;
  readonly facts: Pick<StoreFacts, 'conditional'>;
  /** Deletes nothing and takes no lease. */
  readonly dryRun: boolean;
  /** Lets more than half go. */
  readonly confirmed: boolean;
  /** Names this run in the lease. */
  readonly run: string;
}

export interface PruneDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'hex'>;
  readonly log: Pick<Log, 'info' | 'notice' | 'warning'>;
}

export interface PruneResult {
  readonly plan: PrunePlan;
  /** Ids that are gone. */
  readonly deleted: readonly string[];
  readonly freedBytes: number;
  /** Ids that retention gave up and that are still there, with why. */
  readonly skipped: readonly { readonly id: string; readonly why: string }[];
  /** Orphans and unfinished uploads that were collected, by id or key. */
  readonly collected: readonly string[];
  /** Why nothing was deleted, one sentence; undefined when deleting ran. */
  readonly stopped: string | undefined;
}

/**
 * Applies retention to one source in one store. Deletes the manifest, then the data, one backup after another, and looks
 * for holds and readers before and after. Throws `retention-guard` when more than half would go unconfirmed; everything
 * else that stands in the way is told and skipped.
 */
export async function prune(request: PruneRequest, deps: PruneDeps): Promise<PruneResult> {
  const plan = await planPrune(request.store, { ...request, nowMs: deps.clock.now() });
  const result = (stopped: string | undefined): PruneResult => ({ plan, deleted: [], freedBytes: 0, skipped: [], collected: [], stopped });
  report(plan, request, deps);
  if (plan.blocked !== undefined) return stop(`Nothing is deleted from ${plan.store}: ${plan.blocked}.`);
  if (request.dryRun) return result(undefined);
  if (plan.decision.guard !== undefined && !request.confirmed) throw guardFault(plan);
  if (plan.decision.delete.length === 0 && !plan.leftovers.orphans.some(({ due }) => due) && !plan.leftovers.unfinished.some(({ due }) => due)) return result(undefined);
  const lease = await leaseOf(request, deps);
  if (typeof lease === 'string') return stop(lease);
  try {
    return await new Pruning(request, plan, lease, deps).run();
  } finally {
    await lease.release();
  }

  function stop(why: string): PruneResult {
    deps.log.notice(why, 'Retention');
    return result(why);
  }
}

function guardFault(plan: PrunePlan): BackupFault {
  const shown = plan.decision.delete.slice(0, 5).map(({ id }) => id).join(', ');
  return new BackupFault({
    reason: 'retention-guard',
    message: `Retention stops: ${plan.decision.guard ?? ''} (${shown}${plan.decision.delete.length > 5 ? ', …' : ''}). That happens after a long time without pruning, with shorter ages, or with a wrong clock. Nothing was deleted.`,
    remedy: 'Look at it with prune: dry-run; when it is right, set confirm-prune: true for one run.',
  });
}

function report(plan: PrunePlan, request: PruneRequest, { log }: PruneDeps): void {
  log.info(`Retention of ${plan.source} in ${plan.store}: ${plan.decision.keep.length} kept, ${plan.decision.delete.length} to delete${request.dryRun ? ' (dry run)' : ''}.`);
  for (const { id, bytes, ageMs } of plan.leftovers.orphans.filter(({ due }) => due)) log.info(`Data of ${id} has no manifest: ${bytes} bytes, ${Math.floor(ageMs / 86_400_000)} days old, left by a run that ended early.`);
  for (const { key, ageMs } of plan.leftovers.unfinished.filter(({ due }) => due)) log.info(`Upload of ${key} was never finished, ${Math.floor(ageMs / 86_400_000)} days old.`);
  if (plan.locked.length > 0) log.notice(lockedSentence(plan), 'Retention');
  if (plan.leftovers.foreign.length > 0) log.info(`${plan.leftovers.foreign.length} objects beside the data are not ours and stay, for example ${plan.leftovers.foreign[0] ?? ''}.`);
}

/** One notice for all of them. */
function lockedSentence({ locked, store }: PrunePlan): string {
  const untilMs = Math.max(...locked.map(({ lockedUntilMs }) => lockedUntilMs ?? 0));
  const held = locked.filter((one) => one.held !== undefined).length;
  const until = untilMs === 0 ? '' : `, by Object Lock until ${new Date(untilMs).toISOString()} at the latest`;
  return `${locked.length === 1 ? 'A backup' : `${locked.length} backups`} that retention no longer keeps ${locked.length === 1 ? 'stays' : 'stay'} in ${store}${until}${held === 0 ? '' : `, ${held} of them under a legal hold`}: ${locked.slice(0, 3).map(({ id }) => id).join(', ')}${locked.length > 3 ? ', …' : ''}.`;
}

async function leaseOf(request: PruneRequest, deps: PruneDeps): Promise<Lease | string> {
  if (!request.facts.conditional) {
    deps.log.notice(`${request.store.name} has no conditional writes, so nothing but the workflow's concurrency group keeps two runs from pruning at once.`, 'Retention');
    return NO_LEASE;
  }
  try {
    const taken = await takeLease(request.store, request.source, request.run, deps, request.signal);
    return 'lease' in taken ? taken.lease : `Nothing is deleted from ${request.store.name}: another run prunes there, ${taken.busy}.`;
  } catch (thrown) {
    request.signal.throwIfAborted();
    if (thrown instanceof BackupFault && meansNoRight(words(thrown))) return `Nothing is deleted from ${request.store.name}: this login may not write the lease (${words(thrown)}).`;
    throw thrown;
  }
}

/** So many refusals in a row, and nothing deleted: the login lacks the right, and the rest need not be tried. One alone may be a legal hold. */
const REFUSALS_ENOUGH = 3;

/** The deleting part: one backup after another, until all are gone or something says stop. */
class Pruning {
  readonly #deleted: string[] = [];
  readonly #skipped: { id: string; why: string }[] = [];
  readonly #collected: string[] = [];
  #freedBytes = 0;
  #stopped: string | undefined;
  /** Refusals for want of a right, while nothing is deleted. */
  readonly #rightless: string[] = [];
  readonly #request: PruneRequest;
  readonly #plan: PrunePlan;
  readonly #lease: Lease;
  readonly #deps: PruneDeps;

  constructor(request: PruneRequest, plan: PrunePlan, lease: Lease, deps: PruneDeps) {
    this.#request = request;
    this.#plan = plan;
    this.#lease = lease;
    this.#deps = deps;
  }

  async run(): Promise<PruneResult> {
    // Oldest first: whatever ends this early, the newest are still there.
    for (const { id, bytes } of this.#plan.decision.delete.toReversed()) {
      const entry = this.#plan.catalog.entries.find(({ manifest }) => manifest.id === id);
      if (entry === undefined || !(await this.#mayGoOn())) break;
      this.#took(id, bytes, await deleteBackup(this.#request.store, entry, this.#deps.clock.now(), this.#request.signal));
    }
    for (const orphan of this.#plan.leftovers.orphans.filter(({ due }) => due)) {
      if (!(await this.#mayGoOn())) break;
      this.#took(orphan.id, orphan.bytes, await deleteOrphan(this.#request.store, this.#plan.source, orphan, this.#deps.clock.now(), this.#request.signal), this.#collected);
    }
    await this.#abandonUploads();
    if (this.#rightless.length > 0 && this.#stopped === undefined) this.#stopForRights();
    return { plan: this.#plan, deleted: this.#deleted, freedBytes: this.#freedBytes, skipped: this.#skipped, collected: this.#collected, stopped: this.#stopped };
  }

  async #mayGoOn(): Promise<boolean> {
    if (this.#stopped !== undefined) return false;
    this.#request.signal.throwIfAborted();
    if (await this.#lease.renew(this.#request.signal)) return true;
    this.#stop('another run took the lease over');
    return false;
  }

  #took(id: string, bytes: number, removal: Removal, into: string[] = this.#deleted): void {
    if (removal.gone) {
      into.push(id);
      this.#freedBytes += bytes;
    }
    for (const why of removal.refused) {
      this.#skipped.push({ id, why });
      this.#deps.log.info(`${id}: ${why}.`);
    }
    if (removal.gone) this.#rightless.length = 0;
    else if (removal.noRight && this.#deleted.length + this.#collected.length === 0) this.#rightless.push(removal.refused[0] ?? '');
    if (this.#rightless.length >= REFUSALS_ENOUGH) this.#stopForRights();
  }

  /** One notice, not one a backup. */
  #stopForRights(): void {
    this.#stop(`this login may not delete (${this.#rightless[0] ?? ''}). Give it the right, or set prune-role, or prune: never`);
  }

  #stop(why: string): void {
    this.#stopped = `${this.#deleted.length === 0 ? 'Nothing' : 'Nothing more'} is deleted from ${this.#plan.store}: ${why}.`;
    this.#deps.log.notice(this.#stopped, 'Retention');
  }

  async #abandonUploads(): Promise<void> {
    for (const { key } of this.#plan.leftovers.unfinished.filter(({ due }) => due)) {
      if (!(await this.#mayGoOn())) return;
      try {
        await this.#request.store.abandon(key, this.#request.signal);
        this.#collected.push(key);
      } catch (thrown) {
        this.#request.signal.throwIfAborted();
        this.#skipped.push({ id: key, why: words(thrown) });
      }
    }
  }
}
