import type { Answer } from '../observation.ts';
import { isObject, parseJson } from '../pointer.ts';

/** The values of one answer of the HTTP API v1, one a series; a string says what is wrong with the answer. */
export function samplesOf(answer: Answer): readonly number[] | string {
  const json = parseJson(answer.body);
  if (!isObject(json)) return `answered ${answer.status} without JSON: that is no Prometheus API`;
  if (json['status'] !== 'success') return `answered ${answer.status}: ${typeof json['error'] === 'string' ? json['error'] : 'no success'}`;
  const data = json['data'];
  const result = isObject(data) ? data['result'] : undefined;
  if (!isObject(data) || !Array.isArray(result)) return 'answered without a result';
  const samples = data['resultType'] === 'scalar' ? [result] : result.map((series) => (isObject(series) ? lastSample(series) : undefined));
  const values = samples.filter((sample) => sample !== 'none').map(numberOf);
  return values.includes(undefined) ? 'answered with a value that is no number' : values.flatMap((value) => value ?? []);
}

/** Of a range the last sample counts; a series without samples is no series. */
function lastSample(series: Record<string, unknown>): unknown {
  const values = series['values'];
  if (Array.isArray(values)) return values.length === 0 ? 'none' : values.at(-1);
  return series['value'];
}

/** Numbers arrive as text. `Number('+Inf')` is NaN and `Number('')` is 0, so the text is matched first. */
function numberOf(sample: unknown): number | undefined {
  const text: unknown = Array.isArray(sample) ? sample[1] : undefined;
  if (typeof text !== 'string' || !/^[+-]?(?:Inf|NaN|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(text)) return undefined;
  if (text.endsWith('NaN')) return NaN;
  if (text.endsWith('Inf')) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}
