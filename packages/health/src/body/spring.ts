import { isObject } from '../pointer.ts';
import { stateOf, wordOf } from '../state.ts';
import type { Component, Recognised } from './health.ts';

const MAX_DEPTH = 8;

/** Spring Boot Actuator: `status` and `components` (Boot 2.1 and older: `details`), nested. */
export function spring(json: unknown): Recognised | undefined {
  if (!isObject(json) || wordOf(json['status']) === '') return undefined;
  const parts = json['components'] ?? (isObject(json['details']) && Object.values(json['details']).some(hasStatus) ? json['details'] : undefined);
  if (!isObject(parts)) return undefined;
  return {
    format: 'spring',
    root: stateOf(json['status']),
    rootWord: wordOf(json['status']),
    components: componentsOf(parts, '', 0),
  };
}

/** A group can say UP over a DOWN part, so the parts are listed beside it. */
function componentsOf(parts: Record<string, unknown>, prefix: string, depth: number): Component[] {
  return Object.entries(parts).flatMap(([key, part]) => {
    if (!isObject(part)) return [];
    const name = `${prefix}${key}`;
    const word = wordOf(part['status']);
    const own: Component = { name, state: stateOf(word), word: word || 'no status', skipped: word.toLowerCase() === 'skipped' };
    const nested = part['components'];
    return isObject(nested) && depth < MAX_DEPTH ? [own, ...componentsOf(nested, `${name}/`, depth + 1)] : [own];
  });
}

function hasStatus(value: unknown): boolean {
  return isObject(value) && typeof value['status'] === 'string';
}
