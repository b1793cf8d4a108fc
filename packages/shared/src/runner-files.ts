import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';

/** One entry of a runner's command file. The delimiter is random, so no value can end its own block. */
export function commandFileEntry(name: string, value: string): string {
  const delimiter = `ghadelimiter_${randomUUID()}`;
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

/** Appends to the file that `variable` names; without it (outside a runner) nothing happens. */
export function appendRunnerFile(env: Readonly<Record<string, string | undefined>>, variable: 'GITHUB_OUTPUT' | 'GITHUB_STATE' | 'GITHUB_STEP_SUMMARY', text: string): void {
  const file = env[variable];
  if (file !== undefined && file !== '') appendFileSync(file, text);
}
