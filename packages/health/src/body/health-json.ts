import { isObject } from '../pointer.ts';
import { stateOf, worst, wordOf, type State } from '../state.ts';
import type { Component, Recognised } from './health.ts';
import { timeOf } from './time.ts';

/** draft-inadarei-api-health-check: `checks` maps `name:measure` to arrays. */
export function healthJson(json: unknown, mediaType: string): Recognised | undefined {
  if (!isObject(json) || wordOf(json['status']) === '') return undefined;
  const checks = json['checks'];
  const arrays = isObject(checks) && Object.keys(checks).length > 0 && Object.values(checks).every(Array.isArray);
  if (mediaType !== 'application/health+json' && !arrays) return undefined;
  const time = timeOf(json['time'] ?? json['timestamp']);
  const version = json['releaseId'] ?? json['version'];
  return {
    format: 'health+json',
    root: stateOf(json['status']),
    rootWord: wordOf(json['status']),
    components: isObject(checks) ? Object.entries(checks).flatMap(([name, entries]) => componentOf(name, entries)) : [],
    ...(typeof version === 'string' ? { version } : {}),
    ...(time === undefined ? {} : { time }),
  };
}

function componentOf(name: string, entries: unknown): Component[] {
  const measured = (Array.isArray(entries) ? entries : [entries]).filter(isObject).filter((entry) => 'status' in entry);
  // The draft leaves `status` out of entries that only inform, such as an uptime.
  if (measured.length === 0) return [];
  let state: State = 'up';
  let word = wordOf(measured[0]?.['status']);
  for (const entry of measured) {
    const next = worst([state, stateOf(entry['status'])]);
    if (next !== state) word = wordOf(entry['status']);
    state = next;
  }
  return [{ name, state, word, skipped: measured.every((entry) => wordOf(entry['status']).toLowerCase() === 'skipped') }];
}
