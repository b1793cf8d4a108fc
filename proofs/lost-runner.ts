/**
 * The runner is lost: kill -9 of its node, kill -9 of its ssh, or the link cut without FIN; each while composer runs, while a migration
 * that prints on every statement runs, and just after the switch. Then, without anybody's help: the lock is free and the maintenance
 * lifted within 45 s plus the rest of a critical batch, the migration has run to its end exactly once, and the next deploy succeeds.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestHost } from '../test/support/hosts.ts';
import type { AppVariant } from '../test/support/laravel.ts';
import { get } from '../test/support/request.ts';
import { openScene, type Scene, type StartedRun } from '../test/support/scenario.ts';
import { Checks, until, type ProofIo, type Proven } from './checks.ts';

const LIMIT_MS = 45_000;
const STATEMENTS = 40;
const MS_PER_STATEMENT = 200;
const CUT_FOR_MS = 40_000;

type Loss = 'node' | 'ssh' | 'link';
type Moment = 'composer' | 'migration' | 'switch';

export interface Case {
  readonly loss: Loss;
  readonly moment: Moment;
}

/** One of each; together they meet every loss and every moment. */
export const SHORT: readonly Case[] = [{ loss: 'node', moment: 'migration' }, { loss: 'ssh', moment: 'composer' }, { loss: 'link', moment: 'switch' }];
const LONG: readonly Case[] = (['node', 'ssh', 'link'] as const).flatMap((loss, index) => (['composer', 'migration', 'switch'] as const).map((_, turn, all) => ({ loss, moment: all[(turn + index) % 3] ?? 'composer' })));

export async function proof({ quick, log }: ProofIo): Promise<Proven> {
  const checks = new Checks(log);
  const cases = quick ? SHORT : LONG.toSorted((a, b) => a.moment.localeCompare(b.moment));
  // Three at a time, each on a host of its own.
  for (let at = 0; at < cases.length; at += 3) {
    const group = cases.slice(at, at + 3);
    await using scene = await openScene({ hosts: group.map((_, index) => ({ name: `app${index + 1}`, os: 'bookworm' as const })), roundTripMs: 30 });
    const a = await scene.commit({ version: 'A' });
    const next = await scene.commit({ version: 'D', extraMigrations: [migration()] });
    const variants = { composer: await scene.commit(variantOf('composer')), migration: await scene.commit(variantOf('migration')), switch: await scene.commit(variantOf('switch')) };
    await Promise.all(group.map(async ({ loss, moment }, index) => {
      const host = scene.hosts[index];
      if (host === undefined) throw new Error('no host');
      const one = new LostRun(scene, host, checks, loss, moment, log);
      await one.play(a, variants[moment], next);
    }));
  }
  return checks.proven;
}

function migration(): NonNullable<AppVariant['extraMigrations']>[number] {
  return { name: '2026_02_01_000001_create_slow_table', statements: STATEMENTS, msPerStatement: MS_PER_STATEMENT, prints: true };
}

function variantOf(moment: Moment): AppVariant {
  if (moment === 'composer') return { version: 'composing', vendor: 'slow-composer', composerSeconds: 120 };
  if (moment === 'migration') return { version: 'migrating', extraMigrations: [migration()] };
  return { version: 'switched' };
}

type Commit = Awaited<ReturnType<Scene['commit']>>;

class LostRun {
  readonly #scene: Scene;
  readonly #host: TestHost;
  readonly #checks: Checks;
  readonly #loss: Loss;
  readonly #moment: Moment;
  readonly #log: (line: string) => void;
  readonly #name: string;

  constructor(scene: Scene, host: TestHost, checks: Checks, loss: Loss, moment: Moment, log: (line: string) => void) {
    this.#scene = scene;
    this.#host = host;
    this.#checks = checks;
    this.#loss = loss;
    this.#moment = moment;
    this.#log = log;
    this.#name = `${loss} lost during ${moment}`;
  }

  async play(a: Commit, lost: Commit, next: Commit): Promise<void> {
    const only = { hosts: [this.#host] };
    const first = await this.#scene.deploy(a, only);
    this.#that('A is live before', first.exit === 0, first.log);

    // A gate that takes its time, so that the loss falls between switch and commit; maintenance while migrations run.
    const inputs = { maintenance: 'always', 'stable-for': '60', timeout: '60s' };
    const run = await this.#scene.startDeploy(lost, { ...only, with: inputs });
    await until(`${this.#name}: the moment`, () => this.#momentHasCome(), 90_000, 10);
    await this.#lose(run);
    const rest = this.#moment === 'migration' ? STATEMENTS * MS_PER_STATEMENT : 0;
    const freeAfter = await until(`${this.#name}: lock free, site up`, () => this.#isFree() && !this.#isDown(), LIMIT_MS + rest + 60_000);
    this.#that(`lock free and site up within the limit (${(freeAfter / 1000).toFixed(1)} s)`, freeAfter <= LIMIT_MS + rest, `${Math.round(freeAfter)} ms`);
    await this.#after(a, lost, freeAfter);
    const ended = await run.done.catch((error: unknown) => error);
    if (ended instanceof Error) this.#that('the lost run broke no rule', this.#loss !== 'ssh' && this.#loss !== 'link', ended.message);
    else if (this.#loss !== 'node') {
      this.#that('the run that lost its host is red', ended instanceof Object && 'exit' in ended && ended.exit === 1, ended);
      if (ended instanceof Object && 'sentence' in ended) this.#log(`  ${this.#name}: ${String(ended.sentence)}`);
    }

    const last = await this.#scene.deploy(next, only);
    this.#that('the next deploy succeeds with no manual step', last.exit === 0, last.log);
    this.#same('the next release answers', await this.#variant(), 'D');
    this.#same('the migration ran to its end exactly once', await this.#migrated(), `${STATEMENTS} 1`);
    this.#same('no unfinished release is left', this.#unfinished(), []);
    if (this.#moment === 'migration') this.#knowsTheMigration();
  }

  /** The lost run wrote no history; the next one took what it applied from the journal, once, under the release of the lost run. */
  #knowsTheMigration(): void {
    const rows = readFileSync(join(this.#app, '.deploy/history.ndjson'), 'utf8').trim().split('\n');
    const naming = rows.filter((row) => row.includes('create_slow_table'));
    this.#same('history names the migration of the lost run once', naming.length, 1);
    this.#that('as one of a release that was never judged', naming[0]?.includes('"kind":"bad"') === true, naming);
  }

  async #lose({ handle }: StartedRun): Promise<void> {
    if (this.#loss === 'node') handle.kill();
    else if (this.#loss === 'ssh') killSsh(handle.pid);
    else {
      await this.#scene.network.cut(this.#host.name);
      // Nobody waits here for the link to come back: the host must help itself.
      setTimeout(() => { this.#scene.network.join(this.#host.name).catch(() => undefined); }, CUT_FOR_MS).unref();
    }
  }

  async #momentHasCome(): Promise<boolean> {
    if (this.#moment === 'switch') return readlinkSync(join(this.#app, 'current')) !== this.#base();
    if (this.#moment === 'migration') return Number((await this.#migrated()).split(' ')[0]) >= 3;
    // Composer has written the autoloader and is in its slow script.
    return this.#unfinished().some((name) => existsSync(join(this.#app, 'releases', name, 'vendor/autoload.php')));
  }

  /** What holds before anybody comes back. */
  async #after(a: Commit, lost: Commit, freeAfter: number): Promise<void> {
    if (this.#loss === 'link' && freeAfter < CUT_FOR_MS) await new Promise((resolve) => { setTimeout(resolve, CUT_FOR_MS - freeAfter + 500); });
    const live = await this.#variant();
    const wanted = this.#moment === 'switch' ? [a.variant.version, lost.variant.version] : [a.variant.version];
    this.#that(`${wanted.join(' or ')} is live meanwhile`, wanted.includes(live), live);
    const target = join(this.#app, readlinkSync(join(this.#app, 'current')));
    this.#that('current leads to a complete release', existsSync(join(target, '.complete.json')), target);
    const running = (await this.#host.exec('pgrep -u deploy -a -f "artisan|composer"')).stdout;
    this.#same('nothing of the lost run is running', running, '');
    if (this.#moment === 'migration') this.#same('the migration was not cut short', await this.#migrated(), `${STATEMENTS} 1`);
  }

  get #app(): string {
    return join(this.#host.root, this.#host.appDir);
  }

  /** The lock file is held by nobody: its inode is in no line of /proc/locks. Looking does not take it. */
  #isFree(): boolean {
    const file = join(this.#app, '.deploy/lock');
    const inode = existsSync(file) ? inodeOf(file) : '';
    return !readFileSync('/proc/locks', 'utf8').split('\n').some((line) => line.includes(`:${inode} 0 EOF`));
  }

  #isDown(): boolean {
    return existsSync(join(this.#app, 'shared/storage/framework/down'));
  }

  #base(): string {
    const history = readFileSync(join(this.#app, '.deploy/history.ndjson'), 'utf8').trim().split('\n').at(-1) ?? '{}';
    const entry: { readonly id?: string } = JSON.parse(history);
    return `releases/${entry.id ?? ''}`;
  }

  #unfinished(): string[] {
    return readdirSync(join(this.#app, 'releases')).filter((name) => !existsSync(join(this.#app, 'releases', name, '.complete.json')));
  }

  async #variant(): Promise<string> {
    const answer = await get(this.#scene.network, `http://${this.#host.address}/api/health/liveness`);
    return answer.headers['x-variant'] ?? String(answer.status);
  }

  /**
   * Rows of the table that the slow migration fills, and its entries in `migrations`; `0 0` while the table is not there.
   * The database is a file on the host: one behind the link that is cut would make the migration wait for it.
   */
  async #migrated(): Promise<string> {
    const sql = "SELECT (SELECT COUNT(*) FROM slow) || ' ' || (SELECT COUNT(*) FROM migrations WHERE migration LIKE '%create_slow_table')";
    const asked = await this.#host.exec('sqlite3 -readonly "$APP/shared/database.sqlite" "$SQL"', { user: 'deploy', env: { APP: this.#host.appDir, SQL: sql } });
    return asked.exit === 0 ? asked.stdout.trim() : '0 0';
  }

  #that(what: string, holds: boolean, detail: unknown = ''): void {
    this.#checks.that(`${this.#name}: ${what}`, holds, detail);
  }

  #same(what: string, found: unknown, wanted: unknown): void {
    this.#checks.same(`${this.#name}: ${what}`, found, wanted);
  }
}

function killSsh(node: number | undefined): void {
  const child = readdirSync('/proc').map(Number).filter((pid) => pid > 0).find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/status`, 'utf8').includes(`\nPPid:\t${node}\n`) && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'ssh';
    } catch {
      return false;
    }
  });
  if (child === undefined) throw new Error(`node ${node} has no ssh`);
  process.kill(child, 'SIGKILL');
}

function inodeOf(file: string): string {
  return String(statSync(file).ino);
}
