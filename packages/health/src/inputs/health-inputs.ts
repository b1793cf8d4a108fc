import type { InputsOf } from '@ops/shared';
import type { prometheusInputs } from './prometheus-specs.ts';
import type { healthInputs } from './specs.ts';

type All = InputsOf<typeof healthInputs & typeof prometheusInputs>;
/** The inputs of one action; those that it does not have take their defaults. */
export type HealthInputs = { readonly [K in keyof All]?: All[K] | undefined };
