import { isObject } from '../pointer.ts';
import { stateOf, wordOf } from '../state.ts';
import type { Recognised } from './health.ts';

/** ASP.NET Core: the bare word, or `entries` (HealthChecks UI) or `results` (the documentation's writer). Degraded is 200. */
export function aspnet(json: unknown, text: string): Recognised | undefined {
  if (/^(?:Healthy|Degraded|Unhealthy)$/.test(text.trim())) {
    return { format: 'aspnet', root: stateOf(text), rootWord: text.trim(), components: [] };
  }
  if (!isObject(json) || wordOf(json['status']) === '') return undefined;
  const entries = json['entries'] ?? json['results'];
  if (!isObject(entries)) return undefined;
  return {
    format: 'aspnet',
    root: stateOf(json['status']),
    rootWord: wordOf(json['status']),
    components: Object.entries(entries)
      .filter((entry): entry is [string, Record<string, unknown>] => isObject(entry[1]))
      .map(([name, entry]) => {
        const word = wordOf(entry['status']);
        return { name, state: stateOf(word), word: word || 'no status', skipped: word.toLowerCase() === 'skipped' };
      }),
  };
}
