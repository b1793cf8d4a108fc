/** One metric with its values. All are gauges: each is how things stand after a run, and nothing here is counted on from run to run. */
export interface Family {
  /** Without the prefix: `age_hours`. */
  readonly name: string;
  readonly help: string;
  /** Ends the name, as OpenMetrics wants it. */
  readonly unit?: 'hours' | 'seconds' | 'bytes';
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * The families as OpenMetrics 1.0. It is also valid for node_exporter's textfile collector, to which UNIT and EOF are comments.
 * https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
export function openMetricsText(families: readonly Family[], prefix: string): string {
  return `${lines(families, prefix, true).join('\n')}${families.some(filled) ? '\n' : ''}# EOF\n`;
}

/** The same as Prometheus text 0.0.4, which a Pushgateway takes: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function prometheusText(families: readonly Family[], prefix: string): string {
  return lines(families, prefix, false).map((line) => `${line}\n`).join('');
}

function filled(family: Family): boolean {
  return family.samples.length > 0;
}

function lines(families: readonly Family[], prefix: string, units: boolean): readonly string[] {
  return families.filter(filled).flatMap(({ name, help, unit, samples }) => {
    const full = `${prefix}_${name}`;
    return [
      `# HELP ${full} ${escaped(help)}`,
      `# TYPE ${full} gauge`,
      ...(units && unit !== undefined ? [`# UNIT ${full} ${unit}`] : []),
      ...samples.map(({ labels, value }) => `${full}${labelText(labels)} ${value}`),
    ];
  });
}

/** An empty label is one that is not there. */
function labelText(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).filter(([, value]) => value !== '').map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
