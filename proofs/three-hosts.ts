/**
 * Three hosts with Laravel 8.83, 10.48 and 13.31 on one database, 30 ms away: A; B with a pending migration; C, whose health route
 * answers 500, is taken back everywhere; rollback to A. Meanwhile readers ask every host and a watch looks at every `current`.
 */
import { startLoad, failuresOf } from '../test/support/load.ts';
import { openScene, type Outcome, type Scene } from '../test/support/scenario.ts';
import { watchCurrent } from '../test/support/watch.ts';
import { Checks, type ProofIo, type Proven } from './checks.ts';

const MIGRATION = '2026_02_01_000001_create_steps_table';
const STATEMENTS = 4;

export async function proof({ quick, log }: ProofIo): Promise<Proven> {
  const checks = new Checks(log);
  await using scene = await openScene({
    hosts: [{ name: 'app1', os: 'bookworm' }, { name: 'app2', os: 'trixie' }, { name: 'app3', os: 'sid' }],
    database: 'shared', roundTripMs: 30,
  });
  log('A on three hosts');
  const a = await scene.commit({ version: 'A' });
  ended(checks, 'deploy of A', await scene.deploy(a), 0);
  checks.same('every host answers with A', await scene.variants(), everywhere(scene, 'A'));
  for (let cycle = 1; cycle <= (quick ? 1 : 3); cycle++) await oneCycle(scene, checks, cycle, log);
  return checks.proven;
}

async function oneCycle(scene: Scene, checks: Checks, cycle: number, log: (line: string) => void): Promise<void> {
  const urls = scene.hosts.map((host) => `http://${host.address}/api/health/liveness`);
  const watches = await Promise.all(scene.hosts.map((host) => watchCurrent(host)));
  await using load = await startLoad(scene.network, urls, { perSecond: 25, forMs: 600_000 });

  log(`cycle ${cycle}: B with a pending migration`);
  const before = (await scene.variants())['app1'] ?? '';
  const good = `B${cycle}`;
  const b = await scene.commit({ version: good, extraMigrations: migrations(cycle) });
  const second = await scene.deploy(b);
  ended(checks, 'deploy of B', second, 0);
  checks.same('every host answers with B', await scene.variants(), everywhere(scene, good));
  checks.same('the identity of B is proven', second.outputs['identity'], 'proven');
  checks.same('the migration ran to its end exactly once', await counts(scene, cycle), `${STATEMENTS} 1`);

  log(`cycle ${cycle}: C, whose health route answers 500`);
  const c = await scene.commit({ version: `C${cycle}`, healthy: false, extraMigrations: migrations(cycle) });
  // Without a canary all three have switched when the verdict falls; with one only the first has.
  const third = await scene.deploy(c, { with: { canary: String(cycle % 2 === 0) } });
  ended(checks, 'deploy of C', third, 1);
  checks.same('every host answers with B again', await scene.variants(), everywhere(scene, good));
  checks.same('the job says that B is live', third.outputs['live-sha'], b.sha);
  checks.same('the job says that it took C back', third.outputs['rolled-back'], 'true');
  checks.that('the summary says why', /500/.test(third.summary) && third.summary.includes(second.outputs['release-id'] ?? '?'), third.summary.slice(0, 1500));
  checks.that('the last line says why', /500/.test(third.sentence), third.sentence);
  log(`  last line: ${third.sentence}`);

  log(`cycle ${cycle}: rollback`);
  const fourth = await scene.rollback();
  ended(checks, 'rollback', fourth, 0);
  checks.same('every host answers with what was before B', await scene.variants(), everywhere(scene, before));

  const seen = await load.stop();
  for (const host of scene.hosts) {
    const report = seen[`http://${host.address}/api/health/liveness`];
    checks.that(`${host.name}: no request of ${report?.requests ?? 0} failed`, report !== undefined && report.requests > 0 && failuresOf(report) === 0, report);
  }
  for (const [index, watch] of watches.entries()) {
    const report = await watch.stop();
    checks.that(`${scene.hosts[index]?.name ?? ''}: current led to a complete release in ${report.looks} looks`, report.looks > 0 && report.bad.length === 0, report);
  }
}

function migrations(cycle: number): { name: string; statements: number; prints: boolean }[] {
  return Array.from({ length: cycle }, (_, index) => ({ name: MIGRATION.replace('000001_create_steps', `00000${index + 1}_create_steps${index + 1}`), statements: STATEMENTS, prints: true }));
}

/** Rows of the table that the migration fills, and its entries in `migrations`. */
async function counts(scene: Scene, cycle: number): Promise<string> {
  const rows = await scene.network.database?.admin(`SELECT (SELECT COUNT(*) FROM shared.steps${cycle}), (SELECT COUNT(*) FROM shared.migrations WHERE migration LIKE '%create_steps${cycle}_table')`);
  return (rows ?? '').trim().replace('\t', ' ');
}

function everywhere(scene: Scene, variant: string): Record<string, string> {
  return Object.fromEntries(scene.hosts.map((host) => [host.name, variant]));
}

function ended(checks: Checks, what: string, outcome: Outcome, exit: number): void {
  checks.that(`${what} ends with ${exit}`, outcome.exit === exit, `exit ${outcome.exit}\n${outcome.log}`);
}
