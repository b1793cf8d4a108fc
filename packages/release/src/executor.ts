import type { BatchResult, LockHolder, Session } from '@ops/remote';
import { UserError, type Deps, type Secret } from '@ops/shared';
import { compileBatch } from './compile.ts';
import { parseMarks, type Marks } from './marks.ts';
import type { PlannedBatch } from './plan.ts';

/** A script exactly as it went to a host, for the result file; secrets are not among the values. */
export interface ExecutedScript {
  readonly host: string;
  readonly batch: string;
  readonly script: string;
  readonly values: Readonly<Record<string, string>>;
}

/** What the interpreter of plans needs of a run. */
export interface ExecutorContext {
  readonly log: Deps['log'];
  readonly nonce: string;
  readonly executed: ExecutedScript[];
  readonly warnings: string[];
}

export interface BatchOptions {
  readonly lock?: { readonly waitMs: number; readonly holder: LockHolder };
  readonly payload?: { readonly file: string; readonly bytes: number };
  readonly runtime?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, Secret>>;
  readonly signal?: AbortSignal;
}

/** The answer of a batch that went well. */
export interface BatchAnswer {
  readonly marks: Marks;
  readonly result: BatchResult;
}

/** A step said no. Carries where, so that the caller knows which hosts to take back. */
export class StepFailure extends UserError {
  readonly host: string;
  readonly batch: string;
  readonly step: string | undefined;
  readonly marks: Marks;

  constructor(host: string, batch: PlannedBatch, answer: BatchAnswer) {
    const { marks, result } = answer;
    // Of steps that run at once the one that failed, not the one that began last.
    const step = marks.steps.find((one) => one.exit !== 0)?.id ?? marks.began;
    super(faultOf(host, batch, step, marks, result));
    this.name = 'StepFailure';
    this.host = host;
    this.batch = batch.id;
    this.step = step;
    this.marks = marks;
  }
}

function faultOf(host: string, batch: PlannedBatch, step: string | undefined, marks: Marks, result: BatchResult): { reason: string; message: string; remedy?: string } {
  if (result.timedOut) {
    return { reason: batch.reason, message: `${host}: the step ${step ?? batch.id} took longer than ${Math.round(batch.timeoutMs / 1000)} s and was ended.`, remedy: 'Its output stands in the log above.' };
  }
  const full = /No space left on device|errno=28\b|Disk quota exceeded/i;
  if (marks.failure?.reason !== 'no-room' && full.test([marks.failure?.message ?? '', ...marks.foreign.slice(-20), result.stderr.slice(-4000)].join('\n'))) {
    return { reason: 'no-room', message: `${host}: The disk filled up during the step ${step ?? batch.id}${marks.failure === undefined ? '.' : `: ${marks.failure.message}`}`, remedy: 'Free space on the host, or lower keep-releases, and run again; df -h and df -i show what is short. Its output stands in the log above.' };
  }
  if (marks.failure !== undefined) {
    const { reason, message, remedy } = marks.failure;
    return { reason, message: `${host}: ${message}`, ...(remedy === undefined ? {} : { remedy }) };
  }
  const last = [...marks.foreign, ...result.stderr.split('\n')].map((line) => line.trim()).filter((line) => line !== '').at(-1);
  return {
    reason: batch.reason,
    message: `${host}: the step ${step ?? batch.id} failed with exit code ${result.exit}${last === undefined ? '' : `; its last line was: ${last.slice(0, 300)}`}.`,
    remedy: 'Its whole output stands in the log above.',
  };
}

/** The environment of a script: its values, their names (so that commands of the user can be kept free of them), the nonce. */
export function scriptValues(values: Readonly<Record<string, string>>, nonce: string): Readonly<Record<string, string>> {
  return { ...values, OPS_NAMES: Object.keys(values).toSorted().join(' '), OPS_NONCE: nonce };
}

/**
 * The only interpreter of plans: compiles one batch for one host, runs it there, shows what it printed,
 * and returns its facts. Throws StepFailure when a step failed; `connect`, `lock`, `cancelled` pass through.
 */
export async function runBatch(session: Session, batch: PlannedBatch, context: ExecutorContext, options: BatchOptions = {}): Promise<BatchAnswer> {
  const host = session.target.name;
  const script = compileBatch(batch, host);
  const values = scriptValues({ ...batch.values[host], ...options.runtime }, context.nonce);
  context.executed.push({ host, batch: batch.id, script, values });
  const result = await session.run(
    {
      title: batch.id,
      script,
      values,
      ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
      ...(options.payload === undefined ? {} : { payload: options.payload }),
      ...(options.lock === undefined ? {} : { lock: options.lock }),
      critical: batch.critical,
      timeoutMs: batch.timeoutMs,
    },
    options.signal,
  );
  const marks = parseMarks(result.stdout, context.nonce);
  show(host, batch, marks, result, context);
  if (result.exit !== 0) throw new StepFailure(host, batch, { marks, result });
  return { marks, result };
}

function show(host: string, batch: PlannedBatch, marks: Marks, result: BatchResult, context: ExecutorContext): void {
  const steps = marks.steps.map((step) => `${step.id} ${(step.ms / 1000).toFixed(1)} s${step.exit === 0 ? '' : ` (exit ${step.exit})`}`).join(', ');
  context.log.info(`${host}: ${batch.title}${steps === '' ? '' : `: ${steps}`}`);
  const said = [...marks.foreign, ...result.stderr.split('\n').filter((line) => line.trim() !== '')];
  if (said.length > 0 && (batch.quiet !== true || result.exit !== 0)) context.log.foreign(host, said.join('\n'));
  for (const warning of marks.warnings) {
    context.warnings.push(`${host}: ${warning}`);
    context.log.warning(`${host}: ${warning}`);
  }
}
