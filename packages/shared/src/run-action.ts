import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionContract, InputSpecs, InputsOf } from './contract.ts';
import type { Deps } from './deps.ts';
import { asError, UserError } from './errors.ts';
import { inputRegistry } from './inputs/registry.generated.ts';
import { parseInputs, secretTexts } from './inputs/parse-inputs.ts';
import { groupsEnded, nodeExec } from './node-exec.ts';
import { ActionsLog } from './printing/actions-log.ts';
import { workflowCommand } from './printing/command.ts';
import { Redactor } from './printing/redactor.ts';
import { Ending, type SignalHost } from './process-signals.ts';
import { publish } from './publish.ts';
import { childEnv, dropPrivate, realClock, realRandom, runContext, type Env } from './real-deps.ts';
import { ReportBook } from './report-book.ts';
import type { Report, Verdict } from './report.ts';
import { FileState } from './state.ts';
import { UndoList } from './undo-list.ts';

/** What runAction needs of node's `process`. */
export interface ActionHost extends SignalHost {
  readonly env: Env;
  readonly stdout: { write(text: string, done?: () => void): boolean; on?(event: 'error', listener: () => void): unknown };
  exit(code: number): never;
  exitCode?: number | string | null | undefined;
}

export type Run<S extends InputSpecs, O extends string> = (inputs: InputsOf<S>, deps: Deps, report: Report<O>) => Promise<Verdict>;

/** The platform sends SIGTERM 7.5 s after SIGINT and kills 2.5 s later; 5 s are ours. */
const CANCEL_BUDGET_MS = 5000;
/** How long the run itself may take of that; the rest is for undoing and reporting. */
const CANCEL_RUN_MS = 4000;
const CLEANUP_STEP_MS = 10_000;
const REPORT_MS = 300;
/** Tokens of the job that children or servers may repeat although no input carries them. */
const TOKEN_VARIABLES = ['GITHUB_TOKEN', 'GH_TOKEN', 'ACTIONS_RUNTIME_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'];

/**
 * The whole life of an action: masks, inputs, run, cleanup, outputs, result file, summary, verdict. Sets the exit
 * code and never throws.
 */
export async function runAction<S extends InputSpecs, O extends string>(contract: ActionContract<S, O>, run: Run<S, O>, host: ActionHost): Promise<void> {
  // A runner that died no longer reads: what is under way comes to its end all the same, instead of breaking off anywhere.
  host.stdout.on?.('error', () => undefined);
  const redactor = new Redactor();
  const token = (): string => realRandom.hex(16);
  const log = new ActionsLog((text) => void host.stdout.write(text), redactor, token);
  const mask = (secret: string): void => {
    const { masks, warning } = redactor.add(secret);
    for (const form of masks) host.stdout.write(`${workflowCommand('add-mask', form)}\n`);
    if (warning !== undefined) log.warning(warning);
  };
  for (const secret of secretTexts(contract.inputs, host.env)) mask(secret);
  // The runner masks its own tokens; our redaction must know them too.
  for (const name of TOKEN_VARIABLES) redactor.add(host.env[name] ?? '');

  using ending = new Ending(host, CANCEL_RUN_MS, () => log.info('The run was cancelled; tidying up.'));
  const undo = new UndoList();
  const book = new ReportBook<O>();
  const deps: Deps = {
    clock: realClock, random: realRandom, exec: nodeExec, log, context: runContext(host.env), env: childEnv(host.env),
    mask, signal: ending.signal, cleanup: undo, state: new FileState(host.env, redactor, token),
  };
  const work = Promise.resolve().then(async () => {
    const inputs = await inputsOf(contract, host.env);
    dropPrivate(host.env);
    return await run(inputs, deps, book);
  }).catch((thrown: unknown) => asError(thrown));
  const ended = await Promise.race([work, ending.late, ending.lost]);
  const cleanupLimit = (): number => {
    const left = ending.leftMs();
    return left === undefined ? CLEANUP_STEP_MS : Math.max(50, left + CANCEL_BUDGET_MS - CANCEL_RUN_MS - REPORT_MS);
  };
  for (const failure of await undo.run(realClock, cleanupLimit)) log.warning(`Tidying up failed: ${failure}.`, contract.title);
  const verdict = verdictOf(ended, ending.signal);
  if (ended instanceof Error && !(ended instanceof UserError)) await explain(ended, log);
  publish(contract, { env: host.env, book, verdict, redactor, log, token });
  const exitCode = verdict.ok ? 0 : (contract.exits?.[verdict.reason] ?? 1);
  host.exitCode = exitCode;
  // Work that ignored the cancel, or broke off, would keep node alive until the platform kills the whole tree.
  if (!ending.signal.aborted && ended === await settled(work)) return;
  await groupsEnded();
  host.stdout.write('', () => host.exit(exitCode));
}

/** The value of a promise that has settled already; undefined for one that has not. */
function settled<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, Promise.resolve(undefined)]);
}

function inputsOf<S extends InputSpecs>(contract: ActionContract<S>, env: Env): Promise<InputsOf<S>> {
  return parseInputs(contract.inputs, { env, opsFile: opsFileText(env), action: contract.name, registry: inputRegistry, ...(contract.renamed === undefined ? {} : { renamed: contract.renamed }) });
}

function opsFileText(env: Env): string | undefined {
  try {
    return readFileSync(join(env['GITHUB_WORKSPACE'] ?? '.', '.github', 'ops.yml'), 'utf8');
  } catch (thrown) {
    const error: NodeJS.ErrnoException = asError(thrown);
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new UserError({ reason: 'input', message: `.github/ops.yml cannot be read: ${error.message}.`, cause: error });
  }
}

function verdictOf(ended: Verdict | Error | 'late', signal: AbortSignal): Verdict {
  if (ended === 'late') return { ok: false, reason: 'cancelled', sentence: 'The run was cancelled, and what was under way did not end in time; the hosts finish or undo it by themselves.' };
  if (!(ended instanceof Error)) return ended;
  if (ended instanceof UserError) return { ok: false, reason: ended.reason, sentence: ended.message, ...(ended.remedy === undefined ? {} : { remedy: ended.remedy }) };
  // What an abort tears down fails in many ways; none of them is a bug.
  if (signal.aborted) return { ok: false, reason: 'cancelled', sentence: `The run was cancelled (${ended.message}).` };
  return { ok: false, reason: 'bug', sentence: `This is a bug in the action, not in your setup: ${ended.message}`, remedy: 'Please report it with the log: https://github.com/fwber/ops/issues' };
}

/** The stack and the chain of causes, folded away: nobody must run again to report a bug. */
async function explain(error: Error, log: ActionsLog): Promise<void> {
  await log.group('Details for a bug report', () => {
    for (let at: unknown = error, depth = 0; at !== undefined && depth < 10; depth += 1) {
      log.info(`${depth === 0 ? '' : 'Caused by: '}${at instanceof Error ? (at.stack ?? at.message) : String(at)}`);
      at = at instanceof Error ? at.cause : undefined;
    }
    return Promise.resolve();
  });
}
