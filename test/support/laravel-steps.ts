/** Runs the steps of packages/laravel on a test host as a batch does: after the prelude, as deploy, with values as environment. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { laravelScripts } from '../../packages/laravel/src/index.ts';
import { scripts } from '../../packages/release/src/scripts.generated.ts';
import type { TestHost } from './hosts.ts';
import { writeApp, type AppVariant } from './laravel.ts';

export type StepName = keyof typeof laravelScripts;

export interface StepResult {
  readonly exit: number;
  readonly facts: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
  /** `reason: sentence` and the remedy of the step that failed. */
  readonly failure: { readonly reason: string; readonly sentence: string; readonly remedy: string } | undefined;
  /** What is not ours: output of artisan and composer. */
  readonly output: string;
}

const NONCE = '5f1c0de5';

/** Writes a variant of the sample application as `releases/<id>`, with the shared paths linked, and nothing built. */
export async function stageApp(host: TestHost, id: string, variant: AppVariant): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ops-steps-'));
  try {
    writeApp(dir, variant);
    const release = join(host.root, host.appDir, 'releases', id);
    rmSync(release, { recursive: true, force: true });
    mkdirSync(join(host.root, host.appDir, '.deploy'), { recursive: true });
    cpSync(dir, release, { recursive: true, filter: (from) => !/\/(\.git|storage)$/.test(from) });
  } finally {
    rmSync(dir, { recursive: true });
  }
  const done = await host.exec('cd "$APP/releases/$ID" && ln -s ../../shared/storage storage && ln -s ../../shared/.env .env && chown -R deploy:deploy "$APP/releases" "$APP/.deploy"', { env: { APP: host.appDir, ID: id } });
  if (done.exit !== 0) throw new Error(`${id} could not be staged on ${host.name}: ${done.stderr}`);
}

export interface StepOptions {
  readonly id?: string;
  readonly values?: Readonly<Record<string, string>>;
  /** `sh` is dash on Debian. */
  readonly shell?: 'sh' | 'bash' | 'busybox sh';
  readonly timeoutMs?: number;
}

/** Runs steps as one batch; it ends with the first that fails. */
export async function runSteps(host: TestHost, steps: readonly StepName[], { id = 'r1', values = {}, shell = 'sh', timeoutMs = 60_000 }: StepOptions = {}): Promise<StepResult> {
  const file = `/srv/host/batch-${Math.random().toString(36).slice(2)}.sh`;
  writeFileSync(join(host.root, file), scripts['prelude.sh'] + steps.map((step) => `ops_begin ${step} 0\n(\nset -eu\n${laravelScripts[step]}\n)\nops_end ${step} $?\n`).join(''));
  // Into files, as the supervisor does: a daemon that holds them holds up nobody.
  const done = await host.exec(`umask 022; cd "$APP"; status=0; ${shell} ${file} 9</dev/null >/tmp/ops-out 2>/tmp/ops-err || status=$?; cat /tmp/ops-out; cat /tmp/ops-err >&2; exit $status`, {
    user: 'deploy',
    timeoutMs,
    env: {
      HOME: '/home/deploy', APP: host.appDir, SHARED: `${host.appDir}/shared`, RELEASE_DIR: `${host.appDir}/releases/${id}`, RELEASE_ID: id, CURRENT_DIR: `${host.appDir}/current`,
      PREVIOUS_DIR: '', PHP: 'php', RUN: '7.1', COMPOSER: 'composer', COMPOSER_FLAGS: '--no-dev\n--no-interaction', DB_LOCK_WAIT_SECONDS: '10', JOURNAL: '', OPS_NONCE: NONCE, ...values,
    },
  });
  rmSync(join(host.root, file));
  return read(done.exit, done.stdout, done.stderr);
}

function read(exit: number, stdout: string, stderr: string): StepResult {
  const facts = new Map<string, string>();
  const warnings: string[] = [];
  const output: string[] = [];
  let failure: StepResult['failure'];
  for (const line of stdout.split('\n')) {
    if (!line.startsWith(`@${NONCE} `)) {
      output.push(line);
      continue;
    }
    const [, word = '', rest = ''] = /^\S+ (\S+) ?(.*)$/s.exec(line) ?? [];
    const text = rest.replaceAll(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char));
    if (word === 'fact') facts.set(text.split(' ')[0] ?? '', text.slice(text.indexOf(' ') + 1));
    else if (word === 'warn') warnings.push(text);
    else if (word === 'fail') {
      const [sentence = '', remedy = ''] = text.slice(text.indexOf(' ') + 1).split('\t');
      failure = { reason: text.split(' ')[0] ?? '', sentence, remedy };
    }
  }
  return { exit, facts, warnings, failure, output: `${output.join('\n')}${stderr}` };
}
