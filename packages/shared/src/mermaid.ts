/** Series of a chart: all have one value for each label. */
export interface ChartData {
  readonly title: string;
  readonly labels: readonly string[];
  readonly unit: string;
  readonly bars?: readonly number[];
  readonly line?: readonly number[];
}

const MAX_POINTS = 60;
const MAX_TEXT = 50_000;
/** Above it JavaScript would write an exponent, which Mermaid does not read. */
const LARGEST = 1e15;

function label(text: string): string {
  // Two percent signs begin a comment, also between quotes.
  return `"${text.replace(/[^A-Za-z0-9 ._\-/%()]/g, ' ').replace(/%[% ]*%/g, '%').trim() || '-'}"`;
}

function decimal(value: number): string {
  const text = value.toFixed(3).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
}

/**
 * A Mermaid chart that GitHub renders: 2 to 60 points, plain decimals, harmless labels. Undefined when the data
 * cannot be drawn; newest points win when there are too many. It has no legend: name the series beside it.
 */
export function xyChart(data: ChartData): string | undefined {
  const from = Math.max(0, data.labels.length - MAX_POINTS);
  const labels = data.labels.slice(from);
  const series = [data.bars, data.line].flatMap((values) => (values === undefined ? [] : [values.slice(from)]));
  const all = series.flat();
  if (labels.length < 2 || series.length === 0 || all.some((value) => !Number.isFinite(value) || Math.abs(value) > LARGEST) || series.some((values) => values.length !== labels.length)) return undefined;
  const top = Math.max(...all, 0);
  const low = Math.min(...all, 0);
  const text = [
    '```mermaid',
    'xychart-beta',
    `  title ${label(data.title)}`,
    `  x-axis [${labels.map(label).join(', ')}]`,
    `  y-axis ${label(data.unit)} ${decimal(low)} --> ${decimal(top === low ? low + 1 : top * 1.1)}`,
    ...(data.bars === undefined ? [] : [`  bar [${data.bars.slice(from).map(decimal).join(', ')}]`]),
    ...(data.line === undefined ? [] : [`  line [${data.line.slice(from).map(decimal).join(', ')}]`]),
    '```',
  ].join('\n');
  return text.length < MAX_TEXT ? text : undefined;
}
