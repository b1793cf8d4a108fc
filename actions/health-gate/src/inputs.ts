import { healthInputs, prometheusInputs } from '@ops/health';
import { z } from 'zod';
import { boolean, type ActionContract, type InputsOf, type InputSpecs } from '@ops/shared';

const inputs = {
  environment: {
    description: 'Environment of .github/ops.yml whose values apply',
    schema: healthInputs['expected-version'].schema,
    default: 'production',
    rule: 'a name without spaces',
    example: 'staging',
  },
  ...healthInputs,
  ...prometheusInputs,
  'metrics-file': {
    description: 'Write the last round as Prometheus gauges into this file, for node_exporter or a push',
    schema: z.string().regex(/^[^\0\r\n]+$/, 'must be a path'),
    rule: 'a path',
    example: 'build/health.prom',
  },
  'metrics-prefix': {
    description: 'First part of the metric names',
    schema: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be letters, digits and underscores'),
    default: 'fwber',
    rule: 'letters, digits and underscores',
    example: 'shop',
  },
  'report-only': {
    description: 'Report everything, never turn red; a cancelled run still does',
    schema: boolean(),
    default: 'false',
    rule: 'true or false',
    example: 'true',
  },
  'dry-run': {
    description: 'Ask one round, print it, never turn red',
    schema: boolean(),
    default: 'false',
    rule: 'true or false',
    example: 'true',
  },
} satisfies InputSpecs;

export const outputs = {
  verdict: 'How the gate ended: pass, fail, inconclusive or error',
  'reason-code': 'Why it is not green, one word; healthy when passed',
  attempts: 'Rounds that were asked',
  'stable-count': 'Good rounds in a row at the end',
  'time-to-ready-ms': 'Milliseconds until the first good round of the last streak; empty when never',
  'p95-ms': '95th percentile of the response times in milliseconds',
  version: 'Version that answered last',
  'components-json': 'Components of the last round as JSON: check, name, state, word',
  'cert-days-left': 'Days until the first certificate expires; empty without TLS',
  'result-json': 'Path of the JSON file with the whole result',
} as const;

export type GateOutput = keyof typeof outputs;
export type GateInputs = InputsOf<typeof inputs>;

export const contract: ActionContract<typeof inputs, GateOutput> = {
  name: 'health-gate',
  title: 'Health gate',
  description: 'Wait until the right version is healthy and stays so, or say precisely why not',
  inputs,
  outputs,
  post: false,
};
