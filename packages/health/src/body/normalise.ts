import type { Preset } from '../check.ts';
import type { Answer } from '../observation.ts';
import { isObject, parseJson } from '../pointer.ts';
import { isStatusWord, stateOf, wordOf } from '../state.ts';
import { aspnet } from './aspnet.ts';
import { healthJson } from './health-json.ts';
import type { Health, Recognised } from './health.ts';
import { laravel } from './laravel.ts';
import { spatie } from './spatie.ts';
import { spring } from './spring.ts';
import { timeOf } from './time.ts';

/**
 * Reads a health body into one shape. Never throws. With preset `status` the body does not count and the
 * result is `none`; so it is when the body is not of the named preset, whatever else it may be.
 */
export function normalise(answer: Answer, preset: Preset): Health {
  if (preset === 'status') return { format: 'none', components: [], found: 'a body that is not read' };
  const text = answer.body;
  const mediaType = (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const json = parseJson(text);
  const recognised = recognise(preset, json, text, mediaType);
  return recognised ?? { format: 'none', components: [], found: whatIsThere(json, text, mediaType, preset) };
}

function recognise(preset: Exclude<Preset, 'status'>, json: unknown, text: string, mediaType: string): Recognised | undefined {
  switch (preset) {
    case 'health+json':
      return healthJson(json, 'application/health+json');
    case 'laravel':
      return laravel(json, true);
    case 'spatie':
      return spatie(json);
    case 'spring':
      return spring(json) ?? rename(plain(json), 'spring');
    case 'aspnet':
      return aspnet(json, text) ?? rename(plain(json), 'aspnet');
    case 'auto':
      return healthJson(json, mediaType) ?? laravel(json, false) ?? spatie(json) ?? spring(json) ?? aspnet(json, text) ?? plain(json);
  }
}

/** Any object with a known status word. */
function plain(json: unknown): Recognised | undefined {
  if (!isObject(json) || !isStatusWord(json['status'])) return undefined;
  const version = json['version'];
  const time = timeOf(json['timestamp'] ?? json['time']);
  return {
    format: 'plain',
    root: stateOf(json['status']),
    rootWord: wordOf(json['status']),
    components: [],
    ...(typeof version === 'string' ? { version } : {}),
    ...(time === undefined ? {} : { time }),
  };
}

/** Without details Spring and ASP.NET answer with the status word alone. */
function rename(health: Recognised | undefined, format: 'spring' | 'aspnet'): Recognised | undefined {
  return health === undefined ? undefined : { ...health, format };
}

function whatIsThere(json: unknown, text: string, mediaType: string, preset: Preset): string {
  if (text.trim() === '') return 'an empty body';
  if (mediaType === 'text/html' || /^\s*<(?:!doctype|html)/i.test(text)) return 'an HTML page';
  if (Array.isArray(json)) return 'a JSON array';
  if (isObject(json)) return preset === 'auto' ? 'a JSON object without a known status word' : `a JSON object that is not of the format ${preset}`;
  return json === undefined ? 'text that is not JSON' : 'a bare JSON value';
}
