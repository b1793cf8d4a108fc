import { isObject } from '../pointer.ts';
import { stateOf, worst, wordOf } from '../state.ts';
import type { Component, Recognised } from './health.ts';
import { timeOf } from './time.ts';

/** spatie/laravel-health: always 200, so the results decide; empty before its scheduled command ran. */
export function spatie(json: unknown): Recognised | undefined {
  if (!isObject(json) || !('finishedAt' in json) || !Array.isArray(json['checkResults'])) return undefined;
  const components = json['checkResults'].filter(isObject).map(componentOf);
  const seen = components.filter((component) => !component.skipped);
  const root = seen.length === 0 ? 'unknown' : worst(seen.map((component) => component.state));
  const time = timeOf(json['finishedAt']);
  return {
    format: 'spatie',
    root,
    rootWord: seen.length === 0 ? 'no results yet' : (seen.find((component) => component.state === root)?.word ?? root),
    components,
    ...(time === undefined ? {} : { time }),
  };
}

function componentOf(entry: Record<string, unknown>): Component {
  const word = wordOf(entry['status']);
  return { name: wordOf(entry['name']) || 'unnamed', state: stateOf(word), word: word || 'no status', skipped: word.toLowerCase() === 'skipped' };
}
