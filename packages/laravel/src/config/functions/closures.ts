import type { ConfigValue } from '../../value.ts';
import type { Evaluation } from '../evaluation.ts';
import type { Closure } from '../expression.ts';
import { Scope } from '../scope.ts';
import { run } from '../statements.ts';

/** What a closure gives for these arguments. `fn` sees all variables around it, `function` those it names. */
export function callClosure(evaluation: Evaluation, closure: Closure, args: readonly ConfigValue[], around: Scope): ConfigValue {
  const scope = closure.uses === undefined ? around.copy() : new Scope(closure.uses.flatMap((name): [string, ConfigValue][] => {
    const value = around.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
  if (args.length < closure.parameters.length) return evaluation.unknown(closure, 'calls a closure with too few arguments');
  for (const [index, name] of closure.parameters.entries()) {
    const value = args[index];
    if (value !== undefined) scope.set(name, value);
  }
  return run(evaluation, closure.body, scope, closure);
}
