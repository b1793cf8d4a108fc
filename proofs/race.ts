/**
 * Two deploys of different commits begin at once on the same two hosts. Every other round neither waits: one goes live, the other says
 * who holds the lock. In the rounds between the second waits, and both go live one after the other. The journals never interleave.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestHost } from '../test/support/hosts.ts';
import { openScene, type Outcome, type Scene } from '../test/support/scenario.ts';
import { Checks, type ProofIo, type Proven } from './checks.ts';

interface JournalLine {
  readonly run: string;
  readonly step: string;
  readonly phase: string;
  readonly fence: number;
}

export async function proof({ quick, log }: ProofIo): Promise<Proven> {
  const checks = new Checks(log);
  await using scene = await openScene({ hosts: [{ name: 'app1', os: 'bookworm' }, { name: 'app2', os: 'trixie' }], database: 'shared', roundTripMs: 30 });
  const zero = await scene.deploy(await scene.commit({ version: 'zero' }));
  checks.that('the first deploy is live', zero.exit === 0, zero.log);
  const rounds = quick ? 2 : 20;
  for (let round = 1; round <= rounds; round++) await oneRound(scene, checks, round, log);
  for (const host of scene.hosts) checks.same(`${host.name}: no run's steps stand between those of another`, interleaved(host), []);
  return checks.proven;
}

async function oneRound(scene: Scene, checks: Checks, round: number, log: (line: string) => void): Promise<void> {
  const waits = round % 2 === 0;
  const migration = { name: `2026_02_01_${String(round).padStart(6, '0')}_create_round${round}_table`, statements: 3, msPerStatement: 50 };
  const earlier = Array.from({ length: round - 1 }, (_, index) => ({ name: `2026_02_01_${String(index + 1).padStart(6, '0')}_create_round${index + 1}_table`, statements: 3 }));
  const versions = [`left${round}`, `right${round}`];
  const commits = [];
  for (const version of versions) commits.push(await scene.commit({ version, extraMigrations: [...earlier, migration] }));
  const inputs = { 'lock-timeout': waits ? '120s' : '0s', 'stable-for': '1' };
  const started = await Promise.all(commits.map((commit, index) => scene.startDeploy(commit, { with: inputs, github: { actor: versions[index] ?? '' } })));
  const ended = await Promise.all(started.map((run) => run.done));
  const good = ended.filter((run) => run.exit === 0);
  const bad = ended.filter((run) => run.exit !== 0);
  log(`round ${round}, ${waits ? 'the second waits' : 'nobody waits'}: ${good.length} live${bad.map((run) => `; ${run.sentence}`).join('')}`);

  checks.that(`round ${round}: ${waits ? 'both go live' : 'at least one goes live'}`, waits ? good.length === 2 : good.length >= 1, ended.map((run) => run.log).join('\n\n'));
  for (const run of bad) checks.that(`round ${round}: the other names the holder`, namesHolder(run, versions), run.sentence);
  const live = new Set(Object.values(await scene.variants()));
  checks.that(`round ${round}: both hosts answer with the same winner`, live.size === 1 && versions.includes([...live][0] ?? ''), [...live]);
  checks.same(`round ${round}: the migration ran exactly once`, await migrated(scene, round), '3\t1');
}

/** Rows of the round's table, and its entries in `migrations`; what the server says when there is no table. */
async function migrated(scene: Scene, round: number): Promise<string | undefined> {
  try {
    return (await scene.network.database?.admin(`SELECT (SELECT COUNT(*) FROM shared.round${round}), (SELECT COUNT(*) FROM shared.migrations WHERE migration LIKE '%create_round${round}_table')`))?.trim();
  } catch (error) {
    return String(error);
  }
}

function namesHolder(run: Outcome, actors: readonly string[]): boolean {
  return run.outputs['reason-code'] === 'lock' && actors.some((actor) => run.sentence.includes(actor));
}

/** What a run does in its first batch under the lock: it may have to free that again because another host is held. */
const FIRST_BATCH = new Set(['lock', 'lift', 'recover', 'facts', 'reach', 'env', 'applied']);

/** Runs that came back in the journal after another had begun to change things, as `run after run`. */
function interleaved(host: TestHost): string[] {
  const lines = readFileSync(join(host.root, host.appDir, '.deploy/journal.ndjson'), 'utf8').trim().split('\n');
  const order: string[] = [];
  const wrong: string[] = [];
  for (const line of lines) {
    const entry: JournalLine = JSON.parse(line);
    const { run } = entry;
    if (FIRST_BATCH.has(entry.step) || order.at(-1) === run) continue;
    if (order.includes(run)) wrong.push(`${run} after ${order.at(-1) ?? ''}`);
    order.push(run);
  }
  return wrong;
}
