import { readFileSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ActionLog } from './action-log.ts';
import type { ActionContract, InputSpecs, InputsOf } from './contract.ts';
import type { Deps, StateStore } from './deps.ts';
import { asError, CancelledError, UserError } from './errors.ts';
import { inputRegistry } from './inputs/registry.generated.ts';
import { parseInputs, secretTexts } from './inputs/parse-inputs.ts';
import { Redactor } from './masking.ts';
import { nodeExec } from './node-exec.ts';
import { childEnv, realClock, realRandom, runContext, type Env } from './real-deps.ts';
import type { Report, Verdict } from './report.ts';
import { renderSummary, ReportBook } from './report-book.ts';
import { appendRunnerFile, commandFileEntry } from './runner-files.ts';
import { UndoList } from './undo-list.ts';

/** What runAction needs of node's `process`. */
export interface ActionHost {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: { write(text: string, done?: () => void): boolean };
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): never;
  exitCode?: number | string | null | undefined;
}

export type Run<S extends InputSpecs, O extends string> = (inputs: InputsOf<S>, deps: Deps, report: Report<O>) => Promise<Verdict>;

/** The platform kills 7.5 s after SIGINT; what is not done by then is left to post and to the hosts. */
const CANCEL_BUDGET_MS = 4500;
const CLEANUP_STEP_MS = 2000;
/** A step of cleanup during a cancel may not eat the rest of the budget. */
const CANCEL_CLEANUP_MS = 400;

/**
 * The whole life of an action: inputs, masks, run, cleanup, outputs, result file, summary, verdict. Sets the exit
 * code and never throws.
 */
export async function runAction<S extends InputSpecs, O extends string>(contract: ActionContract<S, O>, run: Run<S, O>, host: ActionHost): Promise<void> {
  const redactor = new Redactor();
  const log = new ActionLog((text) => void host.stdout.write(text), redactor);
  const undo = new UndoList();
  const abort = new AbortController();
  const book = new ReportBook<O>();
  const cancelled = Promise.withResolvers<'late'>();
  const cancel = (): void => {
    if (abort.signal.aborted) return;
    log.notice('The run was cancelled; tidying up.');
    abort.abort(new CancelledError('running'));
    setTimeout(() => cancelled.resolve('late'), CANCEL_BUDGET_MS).unref();
  };
  host.on('SIGINT', cancel);
  host.on('SIGTERM', cancel);

  const mask = (secret: string): void => {
    const { forms, warning } = redactor.add(secret);
    for (const form of forms) host.stdout.write(`::add-mask::${form.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}\n`);
    if (warning !== undefined) log.warning(warning);
  };
  for (const secret of secretTexts(contract.inputs, host.env)) mask(secret);
  const state: StateStore = { save: (key, value) => saveState(host.env, redactor, key, value) };
  const deps: Deps = { clock: realClock, random: realRandom, exec: nodeExec, log, context: runContext(host.env), env: childEnv(host.env), mask, signal: abort.signal, cleanup: undo, state };

  const work = Promise.resolve().then(() => run(inputsOf(contract, host.env), deps, book));
  const ended = await Promise.race([work.catch((thrown: unknown) => asError(thrown)), cancelled.promise]);
  for (const failure of await undo.run(realClock, abort.signal.aborted ? CANCEL_CLEANUP_MS : CLEANUP_STEP_MS)) log.info(`Cleanup: ${failure}`);
  const verdict = verdictOf(ended, abort.signal);
  if (ended instanceof Error && !(ended instanceof UserError)) explainBug(ended, log);
  publish(contract, host.env, book, verdict, redactor, log);
  host.off('SIGINT', cancel);
  host.off('SIGTERM', cancel);
  host.exitCode = verdict.ok ? 0 : 1;
  // Work that ignored the cancel would keep node alive until the platform kills the whole tree.
  if (abort.signal.aborted) host.stdout.write('', () => host.exit(verdict.ok ? 0 : 1));
}

function inputsOf<S extends InputSpecs>(contract: ActionContract<S>, env: Env): InputsOf<S> {
  return parseInputs(contract.inputs, { env, opsFile: opsFileText(env), action: contract.name, registry: inputRegistry });
}

function opsFileText(env: Env): string | undefined {
  const file = join(env['GITHUB_WORKSPACE'] ?? '.', '.github', 'ops.yml');
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    const error: NodeJS.ErrnoException = asError(thrown);
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new UserError({ reason: 'input', message: `.github/ops.yml cannot be read: ${error.message}`, cause: error });
  }
}

function saveState(env: Env, redactor: Redactor, key: string, value: unknown): void {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (redactor.holds(text)) throw new Error(`The state ${key} would hold a secret; state shows in debug logs.`);
  appendRunnerFile(env, 'GITHUB_STATE', commandFileEntry(key, text));
}

function verdictOf(ended: Verdict | Error | 'late', signal: AbortSignal): Verdict {
  if (ended === 'late') return { ok: false, reason: 'cancelled', sentence: 'The run was cancelled, and what was under way did not end in time; the hosts finish or undo it by themselves.' };
  if (!(ended instanceof Error)) return ended;
  if (ended instanceof UserError) return { ok: false, reason: ended.reason, sentence: ended.message, ...(ended.remedy === undefined ? {} : { remedy: ended.remedy }) };
  if (signal.aborted) return { ok: false, reason: 'cancelled', sentence: `The run was cancelled (${ended.message}).` };
  return { ok: false, reason: 'bug', sentence: `This is a bug in the action, not in your setup: ${ended.message}`, remedy: 'Please report it with the log: https://github.com/fwber/ops/issues' };
}

function explainBug(error: Error, log: ActionLog): void {
  for (let at: unknown = error; at instanceof Error; at = at.cause) log.debug(at.stack ?? at.message);
}

function publish<S extends InputSpecs, O extends string>(contract: ActionContract<S, O>, env: Env, book: ReportBook<O>, verdict: Verdict, redactor: Redactor, log: ActionLog): void {
  const outputs = new Map<string, string>(Object.keys(contract.outputs).map((name) => [name, '']));
  for (const [name, value] of book.outputs) outputs.set(name, value);
  if (outputs.get('verdict') === '') outputs.set('verdict', verdict.ok ? 'pass' : 'error');
  if (outputs.get('reason-code') === '' && !verdict.ok) outputs.set('reason-code', verdict.reason);
  const file = join(env['RUNNER_TEMP'] ?? '/tmp', `ops-${contract.name}-${randomUUID().slice(0, 8)}.json`);
  outputs.set('result-json', file);
  const attempt = (what: string, write: () => void): void => {
    try {
      write();
    } catch (thrown) {
      log.info(`${what} could not be written: ${asError(thrown).message}`);
    }
  };
  const result = { action: contract.name, ...verdict, outputs: Object.fromEntries(outputs), ...book.results };
  attempt('The result file', () => writeFileSync(file, `${redactor.redact(JSON.stringify(result, null, 2))}\n`, { mode: 0o600 }));
  attempt('Outputs', () => appendRunnerFile(env, 'GITHUB_OUTPUT', [...outputs].map(([name, value]) => commandFileEntry(name, redactor.redact(value))).join('')));
  attempt('The job summary', () => appendRunnerFile(env, 'GITHUB_STEP_SUMMARY', redactor.redact(renderSummary(contract.title, verdict, book.sections))));
  if (!verdict.ok) log.last('error', verdict.remedy === undefined ? verdict.sentence : `${verdict.sentence}\n${verdict.remedy}`, contract.title);
  const [line = '', ...more] = verdict.sentence.split('\n');
  log.info(`${contract.title} ${verdict.ok ? 'succeeded' : `failed (${verdict.reason})`}: ${[line, ...more].join(' ')}`);
}
