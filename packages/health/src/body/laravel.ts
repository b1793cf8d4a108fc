import { isObject } from '../pointer.ts';
import { isWorse, stateOf, wordOf, type State } from '../state.ts';
import type { Component, Recognised } from './health.ts';
import { timeOf } from './time.ts';

const PROBE_WORDS = new Set(['alive', 'ready', 'not_ready']);

/** `{status, timestamp, version, environment, checks, metrics}` with `checks` of objects, and its liveness and readiness forms. */
export function laravel(json: unknown, named: boolean): Recognised | undefined {
  if (!isObject(json) || wordOf(json['status']) === '') return undefined;
  const checks = json['checks'];
  const objects = isObject(checks) && Object.keys(checks).length > 0 && Object.values(checks).some(isObject);
  const known = objects || PROBE_WORDS.has(wordOf(json['status']).toLowerCase());
  if (!known && !(named && (checks === undefined || isObject(checks)))) return undefined;
  const time = timeOf(json['timestamp']);
  const version = json['version'];
  return {
    format: 'laravel',
    root: stateOf(json['status']),
    rootWord: wordOf(json['status']),
    components: isObject(checks) ? Object.entries(checks).map(([name, entry]) => componentOf(name, entry)) : [],
    ...(typeof version === 'string' ? { version } : {}),
    ...(time === undefined ? {} : { time }),
  };
}

function componentOf(name: string, entry: unknown): Component {
  const said = isObject(entry) ? entry['status'] : entry;
  const word = wordOf(said);
  const state: State = said === false ? 'down' : stateOf(said);
  const optional = isObject(entry) && entry['critical'] === false;
  return {
    name,
    state: optional && isWorse(state, 'degraded') ? 'degraded' : state,
    word: word === '' ? 'no status' : word,
    skipped: word.toLowerCase() === 'skipped',
  };
}
