import type { ConfigValue } from '../../value.ts';
import { eachOf, known } from '../combine.ts';
import type { Evaluation } from '../evaluation.ts';
import type { Argument, Expression } from '../expression.ts';
import type { Scope } from '../scope.ts';
import { callClosure } from './closures.ts';
import { positional } from './arguments.ts';

/** `env('KEY', default)`: the default for a key that is not set, and for no other. */
export function callEnv(evaluation: Evaluation, expression: Expression, args: readonly Argument[], scope: Scope): ConfigValue {
  const [key, otherwise] = positional('env', args) ?? [];
  const found = key === undefined ? undefined : read(evaluation, key, scope, true);
  if (found === undefined) return evaluation.unknown(expression, 'reads an environment key whose name is not known');
  if (found.kind !== 'unset') return evaluation.through(expression, found);
  if (otherwise === undefined) return known(null, evaluation.trace(expression, [found]), expression.at);
  const value = otherwise.op === 'closure' ? callClosure(evaluation, otherwise, [], scope) : evaluation.evaluate(otherwise, scope);
  return evaluation.through(expression, value, [found]);
}

/** `getenv('KEY')`: the text as it is, and false when there is none. */
export function callGetenv(evaluation: Evaluation, expression: Expression, args: readonly Argument[], scope: Scope): ConfigValue {
  const [key] = positional('getenv', args) ?? [];
  const found = key === undefined ? undefined : read(evaluation, key, scope, false);
  if (found === undefined) return evaluation.unknown(expression, 'reads an environment key whose name is not known');
  return found.kind === 'unset' ? known(false, evaluation.trace(expression, [found]), expression.at) : evaluation.through(expression, found);
}

function read(evaluation: Evaluation, key: Expression, scope: Scope, cast: boolean): ConfigValue | undefined {
  const name = evaluation.evaluate(key, scope);
  if (name.kind !== 'known' && name.kind !== 'one-of') return undefined;
  return eachOf(name, (each) => (each.kind === 'known' && typeof each.value === 'string' ? evaluation.world.env(each.value, cast) : evaluation.unknown(key, 'names an environment key by a value')));
}
