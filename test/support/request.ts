import { run } from './bed/run.ts';
import type { TestNetwork } from './hosts.ts';

export interface Answer {
  /** 0 when there was no answer. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** curl's exit code: 0 answered, 7 refused, 28 timed out, 52 and 56 cut off. */
  readonly exit: number;
}

/** One GET from the runner's network. No answer is a result, not a throw. */
export async function get(network: TestNetwork, url: string, options: { timeoutMs?: number; headers?: Readonly<Record<string, string>> } = {}): Promise<Answer> {
  const seconds = String((options.timeoutMs ?? 10_000) / 1000);
  const headers = Object.entries(options.headers ?? {}).flatMap(([name, value]) => ['--header', `${name}: ${value}`]);
  const done = await run(network.wrap(['curl', '--silent', '--include', '--max-time', seconds, ...headers, '--', url]));
  const at = done.stdout.indexOf('\r\n\r\n');
  const [first = '', ...lines] = done.stdout.slice(0, Math.max(at, 0)).split('\r\n');
  return {
    status: Number(/^HTTP\/\S+ (\d+)/.exec(first)?.[1] ?? 0),
    headers: Object.fromEntries(lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    })),
    body: at < 0 ? '' : done.stdout.slice(at + 4),
    exit: done.exit,
  };
}
