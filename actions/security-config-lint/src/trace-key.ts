import type { TraceStep } from '@ops/laravel';

/** The environment key that a step of a trace reads or gives. */
export function envKey(step: TraceStep): string | undefined {
  return 'env' in step && typeof step.env === 'string' ? step.env : undefined;
}
