import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActionContract, InputSpecs } from './contract.ts';
import { asError } from './errors.ts';
import type { ActionsLog } from './printing/actions-log.ts';
import { appendEntries, appendSummary } from './printing/command-file.ts';
import type { Redactor } from './printing/redactor.ts';
import type { Env } from './real-deps.ts';
import { renderSummary, type ReportBook } from './report-book.ts';
import type { Verdict } from './report.ts';

interface Ended {
  readonly env: Env;
  readonly book: ReportBook<string>;
  readonly verdict: Verdict;
  readonly redactor: Redactor;
  readonly log: ActionsLog;
  readonly token: () => string;
}

/** Tells the world how a run ended: result file, outputs, summary, and as the last line of the log one sentence. */
export function publish<S extends InputSpecs, O extends string>(contract: ActionContract<S, O>, { env, book, verdict, redactor, log, token }: Ended): void {
  // One that fails must not keep the others from being written.
  const attempt = (what: string, write: () => void): void => {
    try {
      write();
    } catch (thrown) {
      log.warning(`${what} could not be written: ${asError(thrown).message}.`, contract.title);
    }
  };
  const outputs = allOutputs(contract, book, verdict);
  const file = join(env['RUNNER_TEMP'] ?? tmpdir(), `ops-${contract.name}-${token().slice(0, 12)}.json`);
  attempt('The result file', () => {
    const result = { action: contract.name, ...verdict, outputs: Object.fromEntries(outputs), ...book.results };
    writeFileSync(file, `${JSON.stringify(result, (_key, value: unknown) => (typeof value === 'string' ? redactor.redact(value) : value), 2)}\n`, { mode: 0o600, flag: 'wx' });
    outputs.set('result-json', file);
  });
  const hidden = [...outputs].filter(([, value]) => redactor.finds(value)).map(([name]) => name);
  if (hidden.length > 0) log.warning(`Secrets were taken out of ${hidden.length === 1 ? 'the output' : 'the outputs'} ${hidden.join(', ')}.`, contract.title);
  attempt('The outputs', () => appendEntries(env, 'GITHUB_OUTPUT', [...outputs].map(([name, value]) => [name, redactor.redact(value)] as const), token));
  attempt('The job summary', () => appendSummary(env, renderSummary(contract.title, verdict, book.sections, redactor)));
  log.countRest();
  if (!verdict.ok) log.verdict(verdict.remedy === undefined ? verdict.sentence : `${verdict.sentence}\n${verdict.remedy}`, contract.title);
  const said = verdict.ok || verdict.remedy === undefined ? verdict.sentence : `${verdict.sentence} ${verdict.remedy}`;
  log.info(`${contract.title} ${verdict.ok ? 'succeeded' : `failed (${verdict.reason})`}: ${said.replaceAll(/\s*\n\s*/g, ' ')}`);
}

/** Every output of the contract has a value, also after a failure: those that nobody set are empty. */
function allOutputs<O extends string>(contract: ActionContract<InputSpecs, O>, book: ReportBook<string>, verdict: Verdict): Map<string, string> {
  const outputs = new Map<string, string>(Object.keys(contract.outputs).map((name) => [name, '']));
  for (const [name, value] of book.outputs) outputs.set(name, value);
  if (outputs.get('verdict') === '') outputs.set('verdict', verdict.ok ? 'pass' : 'error');
  if (outputs.get('reason-code') === '' && !verdict.ok) outputs.set('reason-code', verdict.reason);
  return outputs;
}
