/**
 * usage: node reader.ts JSON    (in the runner's network namespace; see ../load.ts)
 * Requests URLs in turn at a bounded rate, a new connection each, until its stdin ends or its time is over; then prints the report.
 */
import { request } from 'node:http';

export interface ReaderPlan {
  readonly urls: readonly string[];
  readonly perSecond: number;
  readonly forMs: number;
  readonly timeoutMs: number;
}

/** What the reader saw of one URL. */
export interface UrlReport {
  requests: number;
  /** Answers by status code. */
  statuses: Record<string, number>;
  /** Requests without a whole answer, by error code (`ECONNREFUSED`, `ECONNRESET`, `timeout`, …). */
  errors: Record<string, number>;
  /** Answers by X-Release, and by X-Variant. */
  releases: Record<string, number>;
  variants: Record<string, number>;
  /** The X-Variant of the answers in the order they came, without repetitions: `['A', 'B', 'A']` after a switch and a rollback. */
  sequence: string[];
  /** The first failures (an error, or a status of 500 and more). */
  failures: { readonly atMs: number; readonly what: string }[];
}

/** More requests than this at once mean that the server is slower than the rate; the reader then waits. */
const MAX_OPEN = 16;
const MAX_FAILURES = 20;

function read(plan: ReaderPlan): void {
  const begun = Date.now();
  const reports: Record<string, UrlReport> = Object.fromEntries(plan.urls.map((url) => [url, {
    requests: 0, statuses: {}, errors: {}, releases: {}, variants: {}, sequence: [], failures: [],
  }]));
  let open = 0;
  let turn = 0;
  let stopped = false;

  const finish = (): void => {
    if (!stopped || open > 0) return;
    process.stdout.write(`${JSON.stringify(reports)}\n`, () => process.exit(0));
  };
  const stop = (): void => {
    stopped = true;
    clearInterval(ticker);
    clearTimeout(limit);
    finish();
  };
  const tick = (): void => {
    if (open >= MAX_OPEN) return;
    const url = plan.urls[turn++ % plan.urls.length];
    const report = url === undefined ? undefined : reports[url];
    if (url === undefined || report === undefined) return;
    open++;
    ask(url, plan.timeoutMs, (answer) => {
      open--;
      note(report, answer, Date.now() - begun);
      finish();
    });
  };
  const ticker = setInterval(tick, 1000 / plan.perSecond);
  const limit = setTimeout(stop, plan.forMs);
  process.stdin.on('end', stop).resume();
  process.stdout.write('ready\n');
}

type Answer = { readonly error: string } | { readonly status: number; readonly release: string | undefined; readonly variant: string | undefined };

function ask(url: string, timeoutMs: number, done: (answer: Answer) => void): void {
  let answered = false;
  const once = (answer: Answer): void => {
    if (answered) return;
    answered = true;
    clearTimeout(timer);
    done(answer);
  };
  const asked = request(url, { agent: false }, (response) => {
    response.on('error', (error) => { once({ error: codeOf(error) }); });
    response.on('aborted', () => { once({ error: 'ECONNRESET' }); });
    response.on('end', () => {
      once({ status: response.statusCode ?? 0, release: header(response.headers['x-release']), variant: header(response.headers['x-variant']) });
    }).resume();
  });
  const timer = setTimeout(() => { once({ error: 'timeout' }); asked.destroy(); }, timeoutMs);
  asked.on('error', (error) => { once({ error: codeOf(error) }); });
  asked.end();
}

function note(report: UrlReport, answer: Answer, atMs: number): void {
  report.requests++;
  if ('error' in answer) {
    count(report.errors, answer.error);
    if (report.failures.length < MAX_FAILURES) report.failures.push({ atMs, what: answer.error });
    return;
  }
  count(report.statuses, String(answer.status));
  if (answer.status >= 500 && report.failures.length < MAX_FAILURES) report.failures.push({ atMs, what: String(answer.status) });
  if (answer.release !== undefined) count(report.releases, answer.release);
  if (answer.variant === undefined) return;
  count(report.variants, answer.variant);
  if (report.sequence.at(-1) !== answer.variant) report.sequence.push(answer.variant);
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

const [argument] = process.argv.slice(2);
if (argument !== undefined && import.meta.main) {
  const plan: ReaderPlan = JSON.parse(argument);
  read(plan);
}
