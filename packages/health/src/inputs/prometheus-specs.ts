import { choice, Secret, type InputSpecs } from '@ops/shared';
import { listBy, readBy } from './schema.ts';

/** Inputs for queries that are judged beside the checks, in every round. */
export const prometheusInputs = {
  prometheus: {
    description: 'YAML list of Prometheus queries: url, query or range, condition, reduce, on-empty, on-nan, min-traffic',
    schema: listBy(async (text) => {
      const { parsePrometheus } = await import('./prometheus-list.ts');
      const { rules, problems } = await parsePrometheus(text);
      return { list: rules, problems };
    }),
    rule: 'a YAML list; each entry has url, query or range, and condition',
    example: '- {url: https://prometheus.example.com, query: "rate(errors[5m])", condition: "< 0.01"}',
  },
  'prometheus-token': {
    description: 'Token sent as `Authorization: Bearer` to the Prometheus servers',
    schema: readBy((text) => (/^[\u0021-\u007e]+$/.test(text) ? new Secret(text) : undefined), 'one line without spaces'),
    secret: true,
    rule: 'one line without spaces',
    example: '${{ secrets.PROMETHEUS_TOKEN }}',
  },
  'on-inconclusive': {
    description: 'What it means that nothing could be judged: fail, warn (green, with a warning) or pass',
    schema: choice(['fail', 'warn', 'pass']),
    default: 'fail',
    rule: 'one of: fail, warn, pass',
    example: 'warn',
  },
} satisfies InputSpecs;
