import { defaultAliases, defaultProviders, type FrameworkList } from '../../defaults/providers.ts';
import type { ConfigArray, ConfigValue } from '../../value.ts';
import { arrayOf, listOf } from '../arrays.ts';
import { isComplete, isSame, known, unknown } from '../combine.ts';
import type { Evaluation } from '../evaluation.ts';
import type { Expression, MethodCall } from '../expression.ts';
import type { Scope } from '../scope.ts';
import { valuesOf } from './arguments.ts';
import { arrayFilter, arrayMerge, arrayValues } from './lists.ts';

/** A method at the end of `ServiceProvider::defaultProviders()->…`, `Facade::defaultAliases()->…` or `collect(…)->…`, which makes an array again. */
export function callMethod(evaluation: Evaluation, expression: MethodCall, scope: Scope): ConfigValue {
  const method = expression.method.toLowerCase();
  const held = method === 'toarray' || method === 'all' ? collectionOf(evaluation, expression.of, scope) : undefined;
  return held === undefined ? evaluation.unknown(expression, `calls ->${expression.method}()`) : evaluation.through(expression, held);
}

/** The array inside a collection; undefined for every other object. */
function collectionOf(evaluation: Evaluation, expression: Expression, scope: Scope): ConfigArray | undefined {
  switch (expression.op) {
    case 'static': {
      const { major } = evaluation.world.framework;
      const name = `${expression.class}::${expression.method}`.toLowerCase();
      if (name === 'illuminate\\support\\serviceprovider::defaultproviders') return ofFramework(evaluation, expression, defaultProviders(major));
      return name === 'illuminate\\support\\facades\\facade::defaultaliases' ? ofFramework(evaluation, expression, defaultAliases(major)) : undefined;
    }
    case 'call': {
      const [value] = expression.name === 'collect' ? valuesOf(evaluation, 'collect', expression.args, scope) ?? [] : [];
      return value?.kind === 'array' ? value : undefined;
    }
    case 'method': return changed(evaluation, expression, scope);
    default: return undefined;
  }
}

function changed(evaluation: Evaluation, expression: MethodCall, scope: Scope): ConfigArray | undefined {
  const held = collectionOf(evaluation, expression.of, scope);
  const values = valuesOf(evaluation, expression.method, expression.args, scope);
  const [given] = values ?? [];
  if (held === undefined || values === undefined) return undefined;
  switch (expression.method.toLowerCase()) {
    case 'merge': return given?.kind === 'array' ? ifArray(arrayMerge(evaluation, expression, [held, given])) : undefined;
    case 'filter': return values.length === 0 ? ifArray(arrayFilter(evaluation, expression, held)) : undefined;
    case 'values': return ifArray(arrayValues(evaluation, expression, held));
    case 'except': return given?.kind === 'array' && isProviders(expression) ? without(evaluation, expression, held, given) : undefined;
    case 'replace': return given?.kind === 'array' && isProviders(expression) ? replaced(held, given) : undefined;
    default: return undefined;
  }
}

function ifArray(value: ConfigValue): ConfigArray | undefined {
  return value.kind === 'array' ? value : undefined;
}

/** `except` and `replace` of DefaultProviders look for values, those of a collection for keys. */
function isProviders(expression: MethodCall): boolean {
  const { of } = expression;
  return of.op === 'method' ? isProviders(of) : of.op === 'static' && of.method.toLowerCase() === 'defaultproviders';
}

function without(evaluation: Evaluation, expression: Expression, held: ConfigArray, names: ConfigArray): ConfigArray | undefined {
  const gone = [...names.entries.values()];
  if (!isComplete(names) || gone.some(({ kind }) => kind !== 'known')) return undefined;
  const kept = listOf([...held.entries.values()].filter((value) => !gone.some((name) => isSame(name, value))), evaluation.trace(expression, [held]), expression.at);
  return held.open === undefined ? kept : { ...kept, isList: false, open: held.open };
}

function replaced(held: ConfigArray, names: ConfigArray): ConfigArray | undefined {
  if (!isComplete(names)) return undefined;
  return { ...held, entries: new Map([...held.entries].map(([key, value]) => [key, value.kind === 'known' && typeof value.value === 'string' ? names.entries.get(value.value) ?? value : value])) };
}

function ofFramework(evaluation: Evaluation, expression: Expression, list: FrameworkList | undefined): ConfigArray | undefined {
  if (list === undefined) return undefined;
  const trace = evaluation.trace(expression, []);
  const array = arrayOf(list.entries.map(([key, name]) => [key, known(name, trace, expression.at)]), trace, expression.at);
  return list.isSure ? array : { ...array, isList: false, open: unknown('no-version', 'the framework may list more', trace) };
}
