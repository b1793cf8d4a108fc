import { assertionFailure } from './assertion.ts';
import type { Health } from './body/health.ts';
import type { Cause } from './cause.ts';
import { effectivePreset, isExpected, type Check } from './check.ts';
import { uncountedFailures } from './components.ts';
import { statusText } from './evidence.ts';
import { sameVersion, sourceText } from './identity.ts';
import { maintenanceFinding } from './maintenance.ts';
import type { Answer } from './observation.ts';

const MAX_AGE_MS = 60_000;
/** spatie/laravel-health serves the result of a command that usually runs each minute. */
const MAX_AGE_SPATIE_MS = 5 * 60_000;

/** Causes in status code, body and root status. */
export function answerCauses(check: Check, answer: Answer, health: Health): Cause[] {
  const said = statusText(answer.status);
  const causes = health.format === 'none' ? withoutBody(check, answer, health) : rootCauses(check, answer, health);
  for (const assertion of check.assertions) {
    const found = assertionFailure(assertion, answer);
    if (found !== undefined) causes.push({ reason: 'body', state: 'down', finding: `answered ${said}, but "${assertion.text}" does not hold: found ${found}` });
  }
  return causes;
}

/** A proxy's 502 page during a restart is a bad status, not a wrong address; hence 5xx and 429 are never `body`. */
function withoutBody(check: Check, answer: Answer, health: Health): Cause[] {
  const said = statusText(answer.status);
  const expected = isExpected(check, answer.status);
  const read = effectivePreset(check) !== 'status';
  if (answer.status === 503 && !expected) return [{ reason: 'maintenance', state: 'down', finding: maintenanceFinding(answer) }];
  if (read && !(answer.status >= 500 || answer.status === 429)) {
    return [{ reason: 'body', state: 'down', finding: `answered ${said} with ${health.found ?? 'no health body'}` }];
  }
  if (!expected || read) return [{ reason: 'status', state: 'down', finding: `answered ${said}${read ? ` with ${health.found ?? 'no health body'}` : ''}` }];
  if (answer.catchAll === true) {
    return [{ reason: 'body', state: 'down', finding: `answered ${said}, but so does an address that nobody made: this status proves nothing without an \`assert\`` }];
  }
  return [];
}

/** Causes in the root status, alone or against the status code. */
function rootCauses(check: Check, answer: Answer, health: Health): Cause[] {
  const root = health.root ?? 'unknown';
  const word = health.rootWord ?? 'no status';
  const said = statusText(answer.status);
  const expected = isExpected(check, answer.status);
  if (expected && root === 'up') return [];
  const contradiction = expected ? root === 'down' : root === 'up';
  if (contradiction) return [{ reason: 'status', state: 'down', finding: `answered ${said} while its body says ${word}: a contradiction` }];
  const idle = uncountedFailures(check, health);
  const because = idle.length === 0 ? '' : `; only ${idle.slice(0, 5).join(', ')} fails, which does not count here, but the route itself answers for it`;
  return [{ reason: 'status', state: expected ? root : 'down', finding: `answered ${said} with status ${word}${because}` }];
}

/** Causes that say nothing about the application's health: old evidence, another version, too slow. */
export function evidenceCauses(check: Check, answer: Answer, health: Health, version: string | undefined): Cause[] {
  const causes: Cause[] = [];
  const cached = Number(answer.headers['age'] ?? '0');
  if (cached > 0) causes.push({ reason: 'stale', state: 'unknown', finding: `answered from a cache (Age: ${cached})` });
  const age = bodyAgeMs(answer, health);
  const maxAge = check.maxAgeMs ?? (health.format === 'spatie' ? MAX_AGE_SPATIE_MS : MAX_AGE_MS);
  if (age !== undefined && age > maxAge) {
    causes.push({ reason: 'stale', state: 'unknown', finding: `reports a state that is ${Math.round(age / 1000)} s old, at most ${Math.round(maxAge / 1000)} s are allowed` });
  }
  if (check.identity !== undefined && (version === undefined || !sameVersion(check.identity.expected, version))) {
    const where = sourceText(check.identity.source);
    const what = version === undefined ? `names no version (${where})` : `is version ${version.slice(0, 80)} (${where})`;
    causes.push({ reason: 'version', state: 'unknown', finding: `${what}, expected ${check.identity.expected}` });
  }
  if (check.maxLatencyMs !== undefined && answer.phases.total > check.maxLatencyMs) {
    causes.push({ reason: 'latency', state: 'degraded', finding: `took ${Math.round(answer.phases.total)} ms, at most ${check.maxLatencyMs} ms are allowed` });
  }
  return causes;
}

/** The body's own time against the Date header of the same answer, so that no clock of ours is involved. */
function bodyAgeMs(answer: Answer, health: Health): number | undefined {
  if (health.time === undefined) return undefined;
  const date = Date.parse(answer.headers['date'] ?? '');
  return Math.max(0, (Number.isNaN(date) ? answer.at : date) - health.time);
}

