import type { ConfigValue, Symbolic } from '../../value.ts';
import { eachOf, isComplete, known } from '../combine.ts';
import type { Evaluation } from '../evaluation.ts';
import type { Call, Closure, Expression, StaticCall } from '../expression.ts';
import { pathSymbol } from '../paths.ts';
import type { Scope } from '../scope.ts';
import { text, toText, type Scalar } from '../scalar.ts';
import { positional, valuesOf } from './arguments.ts';
import { callClosure } from './closures.ts';
import { callEnv, callGetenv } from './environment.ts';
import { arrayFilter, arrayKeys, arrayMap, arrayMerge, arrayUnique, arrayValues, explode, implode, inArray, keyValue } from './lists.ts';
import { urlParts } from './parse-url.ts';
import { SCALAR_FUNCTIONS, STR_METHODS, type ScalarFunction } from './texts.ts';
import { arrayOf } from '../arrays.ts';
import { isNullOf, truthOf } from '../truth.ts';

const FOLDERS: ReadonlySet<string> = new Set(['base_path', 'app_path', 'config_path', 'database_path', 'public_path', 'resource_path', 'storage_path', 'lang_path']);

export function callFunction(evaluation: Evaluation, expression: Call, scope: Scope): ConfigValue {
  const { name, args } = expression;
  if (name === 'env') return callEnv(evaluation, expression, args, scope);
  if (name === 'getenv') return callGetenv(evaluation, expression, args, scope);
  if (name === 'array_map' || name === 'array_filter') return callWithCallback(evaluation, expression, scope);
  const values = valuesOf(evaluation, name, args, scope);
  if (values === undefined) return name === 'array_merge' ? mergeSpread(evaluation, expression, scope) : evaluation.unknown(expression, `calls ${name}() with unusual arguments`);
  const scalar = SCALAR_FUNCTIONS[name];
  const special = SPECIAL.get(name);
  if (special !== undefined) return special(evaluation, expression, values);
  if (FOLDERS.has(name)) return folder(evaluation, expression, name, values);
  if (scalar !== undefined) return computed(evaluation, expression, scalar, values);
  return evaluation.unknown(expression, `calls ${name}()`, values);
}

type Special = (evaluation: Evaluation, expression: Expression, values: readonly ConfigValue[]) => ConfigValue;

/** Functions that take or give arrays, or ask the application. */
const SPECIAL: ReadonlyMap<string, Special> = new Map<string, Special>([
  ['explode', explode], ['implode', implode], ['join', implode], ['array_merge', arrayMerge], ['in_array', inArray],
  ['array_values', ofArray(arrayValues)], ['array_keys', ofArray(arrayKeys)], ['array_unique', ofArray(arrayUnique)],
  ['count', ofArray((evaluation, expression, array) => (isComplete(array) ? known(array.entries.size, evaluation.trace(expression, [array]), expression.at) : evaluation.unknown(expression, 'counts an array that is not known')))],
  ['is_array', (evaluation, expression, [value]) => (value?.kind === 'array' ? known(true, evaluation.trace(expression, [value]), expression.at) : evaluation.lift(expression, value === undefined ? [] : [value], () => ({ value: false })))],
  ['is_null', (evaluation, expression, [value]) => answered(evaluation, expression, value, isNullOf)],
  ['boolval', (evaluation, expression, [value]) => answered(evaluation, expression, value, truthOf)],
  // A deployment without its extensions does not come up.
  ['extension_loaded', (evaluation, expression, values) => known(true, evaluation.trace(expression, values), expression.at)],
  ['realpath', realpath],
  ['config', (evaluation, expression, [path]) => (path?.kind === 'known' && typeof path.value === 'string' ? evaluation.through(expression, nullOf(evaluation.world.config(path.value))) : evaluation.unknown(expression, 'reads config() by a value'))],
  ['parse_url', (evaluation, expression, values) => parseUrlCall(evaluation, expression, values)],
  ['value', (evaluation, expression, [value]) => (value === undefined ? evaluation.unknown(expression, 'calls value()') : evaluation.through(expression, value))],
]);

function ofArray(compute: (evaluation: Evaluation, expression: Expression, array: Extract<ConfigValue, { kind: 'array' }>) => ConfigValue): Special {
  return (evaluation, expression, [value]) => {
    if (value === undefined) return evaluation.unknown(expression, 'calls a function without an argument');
    return eachOf(value, (each) => (each.kind === 'array' ? compute(evaluation, expression, each) : evaluation.unknown(expression, 'passes what is no array', [each])));
  };
}

function answered(evaluation: Evaluation, expression: Expression, value: ConfigValue | undefined, ask: (value: ConfigValue) => boolean | undefined): ConfigValue {
  const answer = value === undefined ? undefined : ask(value);
  if (value === undefined || answer === undefined) return evaluation.lift(expression, value === undefined ? [] : [value], () => undefined);
  return known(answer, evaluation.trace(expression, [value]), value.place ?? expression.at);
}

function computed(evaluation: Evaluation, expression: Expression, { least, most, compute }: ScalarFunction, values: readonly ConfigValue[]): ConfigValue {
  return values.length < least || values.length > most ? evaluation.unknown(expression, 'calls a function with unusual arguments') : evaluation.lift(expression, values, compute);
}

function nullOf(value: ConfigValue): ConfigValue {
  return value.kind === 'unset' ? known(null, value.trace) : value;
}

function symbol(evaluation: Evaluation, expression: Expression, name: string, values: readonly ConfigValue[]): Symbolic {
  return { kind: 'symbol', name, ...(expression.at === undefined ? {} : { place: expression.at }), trace: evaluation.trace(expression, values) };
}

function folder(evaluation: Evaluation, expression: Expression, name: string, values: readonly ConfigValue[]): ConfigValue {
  const [below = known('', [])] = values;
  return eachOf(below, (each) => {
    const isText = each.kind === 'known' && !/['\n]/.test(toText(each));
    return isText ? symbol(evaluation, expression, pathSymbol(name, toText(each)), values) : evaluation.unknown(expression, `calls ${name}() with a value that is not known`, values);
  });
}

/** False for a folder that is not there, and only the host knows. */
function realpath(evaluation: Evaluation, expression: Expression, values: readonly ConfigValue[]): ConfigValue {
  const [path] = values;
  return path?.kind === 'symbol' ? symbol(evaluation, expression, `realpath(${path.name})`, values) : evaluation.unknown(expression, 'calls realpath()', values);
}

function parseUrlCall(evaluation: Evaluation, expression: Expression, values: readonly ConfigValue[]): ConfigValue {
  const [url, part] = values;
  const scalar = SCALAR_FUNCTIONS['parse_url'];
  if (url === undefined || scalar === undefined) return evaluation.unknown(expression, 'calls parse_url()');
  if (part !== undefined) return computed(evaluation, expression, scalar, values);
  return eachOf(url, (each) => {
    const parts = each.kind === 'known' ? urlParts(toText(each)) : undefined;
    const trace = evaluation.trace(expression, [each]);
    return parts === undefined ? evaluation.unknown(expression, 'calls parse_url()', [each]) : arrayOf(parts.map(([name, { value }]) => [name, known(value, trace)]), trace, expression.at);
  });
}

/** `array_merge(...[$a, $b])`. */
function mergeSpread(evaluation: Evaluation, expression: Call, scope: Scope): ConfigValue {
  const arrays: ConfigValue[] = [];
  for (const { name, value, spread } of expression.args) {
    const result = evaluation.evaluate(value, scope);
    if (name !== undefined || (spread === true && (result.kind !== 'array' || result.open !== undefined))) return evaluation.unknown(expression, 'merges what is not known', [result]);
    if (spread === true && result.kind === 'array') arrays.push(...result.entries.values());
    else arrays.push(result);
  }
  return arrayMerge(evaluation, expression, arrays);
}

function callWithCallback(evaluation: Evaluation, expression: Call, scope: Scope): ConfigValue {
  const placed = positional(expression.name, expression.args);
  if (placed === undefined || placed.length > (expression.name === 'array_map' ? 2 : 3)) return evaluation.unknown(expression, `calls ${expression.name}() with unusual arguments`);
  const [callback, array] = expression.name === 'array_map' ? placed : [placed[1], placed[0]];
  if (array === undefined) return evaluation.unknown(expression, `calls ${expression.name}() without an array`);
  const value = evaluation.evaluate(array, scope);
  if (expression.name === 'array_filter' && isNothing(callback)) return arrayFilter(evaluation, expression, value);
  const change = callback === undefined ? undefined : callbackOf(evaluation, expression, callback, scope);
  if (change === undefined) return evaluation.unknown(expression, `calls ${expression.name}() with a function that is not known`, [value]);
  if (expression.name === 'array_map') return arrayMap(evaluation, expression, value, (each) => change([each]));
  const mode = placed[2] === undefined ? 0 : evaluation.evaluate(placed[2], scope);
  if (mode === 0) return arrayFilter(evaluation, expression, value, (each) => change([each]));
  if (mode.kind !== 'known') return evaluation.unknown(expression, 'calls array_filter() with a mode that is not known', [value]);
  return arrayFilter(evaluation, expression, value, (each, key) => change(mode.value === 2 ? [keyValue(key, each.trace)] : mode.value === 1 ? [each, keyValue(key, each.trace)] : [each]));
}

function isNothing(callback: Expression | undefined): boolean {
  return callback === undefined || (callback.op === 'literal' && callback.value === null);
}

/** A closure, a variable that holds one, or the name of a function. */
function callbackOf(evaluation: Evaluation, expression: Expression, callback: Expression, scope: Scope): ((args: readonly ConfigValue[]) => ConfigValue) | undefined {
  const closure: Closure | undefined = callback.op === 'closure' ? callback : callback.op === 'variable' ? scope.closure(callback.name) : undefined;
  if (closure !== undefined) return (args) => callClosure(evaluation, closure, args, scope);
  const name = callback.op === 'literal' && typeof callback.value === 'string' ? callback.value.replace(/^\\/, '').toLowerCase() : '';
  const scalar = SCALAR_FUNCTIONS[name];
  if (scalar === undefined) return undefined;
  return (args) => args.reduce((_, value) => mapped(evaluation, expression, scalar, value), known(null, []));
}

/** The function's own call stands nowhere: the entry keeps its place, and moves with the blanks that `trim` takes. */
function mapped(evaluation: Evaluation, expression: Expression, scalar: ScalarFunction, value: ConfigValue): ConfigValue {
  return computed(evaluation, expression, scalar, [value]);
}

export function callStatic(evaluation: Evaluation, expression: StaticCall, scope: Scope): ConfigValue {
  const method = expression.method.toLowerCase();
  const owner = expression.class.toLowerCase();
  if ((owner === 'illuminate\\support\\env' || owner === 'env') && method === 'get') return callEnv(evaluation, expression, expression.args, scope);
  const values = valuesOf(evaluation, `${expression.class}::${method}`, expression.args, scope);
  if ((owner === 'illuminate\\support\\str' || owner === 'str') && values !== undefined) {
    const scalar = STR_METHODS[method];
    if (scalar !== undefined) return computed(evaluation, expression, scalar, values);
  }
  if (owner === 'laravel\\sanctum\\sanctum' && method === 'currentapplicationurlwithport') return currentUrl(evaluation, expression);
  return evaluation.unknown(expression, `calls ${expression.class}::${expression.method}()`, values ?? []);
}

/** Sanctum's own host, from `app.url`, which is loaded before: `,example.com:8080`. */
function currentUrl(evaluation: Evaluation, expression: Expression): ConfigValue {
  return evaluation.lift(expression, [nullOf(evaluation.world.config('app.url'))], ([url]) => {
    const source = url === undefined ? '' : toText(url);
    if (source === '' || source === '0') return text('');
    const parts = new Map(urlParts(source));
    const [host, port] = [parts.get('host'), parts.get('port')];
    return text(`,${shown(host)}${port === undefined ? '' : `:${shown(port)}`}`);
  });
}

function shown(scalar: Scalar | undefined): string {
  return scalar === undefined ? '' : toText(scalar);
}
