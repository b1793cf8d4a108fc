import { isObject } from '../pointer.ts';
import { OUTCOMES, parseCondition, REDUCTIONS, type Outcome, type PrometheusRule } from '../prometheus/rule.ts';

/** One entry of the input `prometheus`. */
export interface ListedRule {
  readonly name: string;
  readonly url: string;
  readonly rule: PrometheusRule;
}

const KEYS = ['name', 'url', 'query', 'range', 'condition', 'reduce', 'on-empty', 'on-nan', 'min-traffic'];

/** The rules, or the sentences that say what is wrong with each entry. */
export async function parsePrometheus(text: string): Promise<{ readonly rules: readonly ListedRule[]; readonly problems: readonly string[] }> {
  const { parse } = await import('yaml');
  let list: unknown;
  try {
    list = parse(text, { maxAliasCount: 0 });
  } catch (thrown) {
    return { rules: [], problems: [`it is not YAML: ${thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown)}`] };
  }
  if (!Array.isArray(list) || list.length === 0) return { rules: [], problems: ['it is not a list: begin each entry with "- "'] };
  const problems: string[] = [];
  const rules = list.flatMap((entry: unknown, index) => ruleOf(entry, index + 1, problems) ?? []);
  return { rules: problems.length === 0 ? rules : [], problems };
}

function ruleOf(entry: unknown, position: number, problems: string[]): ListedRule | undefined {
  if (!isObject(entry)) {
    problems.push(`entry ${position} is not a set of keys`);
    return undefined;
  }
  const name = textOf(entry['name']) ?? `prometheus-${position}`;
  const wrong = (what: string): void => void problems.push(`entry ${name} ${what}`);
  for (const key of Object.keys(entry)) if (!KEYS.includes(key)) wrong(`has the unknown key ${key}: known are ${KEYS.join(', ')}`);
  const url = textOf(entry['url']) ?? '';
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) wrong('needs url, the http or https address of the server');
  const [query, range] = [textOf(entry['query']), textOf(entry['range'])];
  if ((query === undefined) === (range === undefined)) wrong('needs either query or range, a PromQL expression');
  const condition = parseCondition(textOf(entry['condition']) ?? '');
  if (condition === undefined) wrong('needs condition, an operator and a number such as "< 0.01"');
  const reduce = REDUCTIONS.find((known) => known === (entry['reduce'] ?? 'only'));
  if (reduce === undefined) wrong(`has a bad reduce: one of ${REDUCTIONS.join(', ')}`);
  const [onEmpty, onNan] = [outcomeOf(entry['on-empty']), outcomeOf(entry['on-nan'])];
  if (onEmpty === undefined || onNan === undefined) wrong(`has a bad on-empty or on-nan: one of ${OUTCOMES.join(', ')}`);
  const minTraffic = trafficOf(entry['min-traffic']);
  if (minTraffic === 'wrong') wrong('has a bad min-traffic: {query: …, at-least: number}');
  if (condition === undefined || reduce === undefined || onEmpty === undefined || onNan === undefined || minTraffic === 'wrong') return undefined;
  return { name, url, rule: { query: query ?? range ?? '', range: range !== undefined, condition, reduce, onEmpty, onNan, ...(minTraffic === undefined ? {} : { minTraffic }) } };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function outcomeOf(value: unknown): Outcome | undefined {
  return OUTCOMES.find((known) => known === (value ?? 'inconclusive'));
}

function trafficOf(value: unknown): PrometheusRule['minTraffic'] | 'wrong' {
  if (value === undefined) return undefined;
  const query = isObject(value) ? textOf(value['query']) : undefined;
  const atLeast = isObject(value) ? value['at-least'] : undefined;
  return query === undefined || typeof atLeast !== 'number' ? 'wrong' : { query, atLeast };
}
