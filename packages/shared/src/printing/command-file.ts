import { appendFileSync } from 'node:fs';
import { fileCommand } from './command.ts';

/** Appends one entry to the file that the runner named in `variable`; without it (outside a runner) nothing happens. */
export function appendEntries(env: Readonly<Record<string, string | undefined>>, variable: 'GITHUB_OUTPUT' | 'GITHUB_STATE', entries: Iterable<readonly [string, string]>, token: () => string): void {
  append(env, variable, [...entries].map(([name, value]) => fileCommand(name, value, token())).join(''));
}

export function appendSummary(env: Readonly<Record<string, string | undefined>>, markdown: string): void {
  append(env, 'GITHUB_STEP_SUMMARY', markdown);
}

function append(env: Readonly<Record<string, string | undefined>>, variable: string, text: string): void {
  const file = env[variable];
  if (file !== undefined && file !== '') appendFileSync(file, text);
}
