import { FileLowering } from '../php/lower.ts';
import type { PhpFile } from '../php/file.ts';
import { PhpNames } from '../php/names.ts';
import { nodeIn, nodesIn, type PhpNode } from '../php/node.ts';
import type { ConfigValue, Place } from '../value.ts';
import { eachOf, oneOf, unknown, withTrace } from './combine.ts';
import type { Evaluator } from './evaluator.ts';
import type { Expression } from './expression.ts';
import { overrideCallsIn, type OverrideCall } from './override-calls.ts';
import { putAt, walk } from './path.ts';
import { Scope } from './scope.ts';

/** A configuration path that a provider or `bootstrap/app.php` sets. */
export interface Override {
  readonly path: string;
  /** What it is set to; Unknown when that is no literal or cannot be computed. */
  readonly value: ConfigValue;
  /** False when it may not run: the path then has this value or the one before. */
  readonly isCertain: boolean;
  readonly place: Place;
}

export interface OverridesIn {
  readonly overrides: readonly Override[];
  /** Places that set a path whose name is not known: it may be any. */
  readonly unnamed: readonly Place[];
}

/** Files in which an application sets configuration: its providers, and `bootstrap/app.php`. */
export function setsConfiguration(path: string, text: string): boolean {
  return path === 'bootstrap/app.php' || /(?:^|\/)Providers?\//.test(path) || /\bextends\s+\\?(?:\w+\\)*\w*ServiceProvider\b/.test(text);
}

/** What one file sets. */
export function overridesIn(file: PhpFile, tree: PhpNode, evaluator: Evaluator): OverridesIn {
  const children = nodesIn(tree, 'children');
  const lowering = new FileLowering(file, new PhpNames(children.find(({ kind }) => kind === 'namespace') ?? tree));
  const overrides: Override[] = [];
  const unnamed: Place[] = [];
  const evaluate = (expression: Expression): ConfigValue => evaluator.evaluate(expression, lost());
  for (const call of overrideCallsIn(tree)) {
    for (const { key, value } of call.pairs) {
      const place = file.placeOf(call.node);
      const path = pathOf(evaluate(lowering.expression(key)));
      const prefix = prefixOf(key);
      if (path !== undefined) overrides.push({ path, place, isCertain: call.isCertain, value: setTo(value === undefined ? undefined : evaluate(lowering.expression(value)), call, file) });
      else if (prefix !== undefined) overrides.push({ path: prefix, place, isCertain: true, value: setTo(undefined, call, file) });
      else unnamed.push(place);
    }
  }
  return { overrides, unnamed };
}

function pathOf(value: ConfigValue): string | undefined {
  return value.kind === 'known' && typeof value.value === 'string' && value.value !== '' ? value.value : undefined;
}

/** `"services.$name.key"` sets something below `services`. */
function prefixOf(key: PhpNode): string | undefined {
  const [first] = key.kind === 'encapsed' ? nodesIn(key, 'value') : [];
  const text = first === undefined ? undefined : nodeIn(first, 'expression')?.['value'];
  return typeof text === 'string' ? /^([\w-]+(?:\.[\w-]+)*)\./.exec(text)?.[1] : undefined;
}

function setTo(value: ConfigValue | undefined, call: OverrideCall, file: PhpFile): ConfigValue {
  const at = file.placeOf(call.node);
  const step = { file: at.file, line: at.line, column: at.column, what: 'is set while the application starts' };
  if (value === undefined) return unknown('runtime-override', `${at.file} changes it while the application starts`, [step], at);
  const known = eachOf(value, (each) => (each.kind === 'unknown' ? unknown('runtime-override', `${at.file} sets it to what is not known: ${each.why}`, each.trace, at) : each));
  return withTrace(known, [...known.trace, step], known.place ?? at);
}

function lost(): Scope {
  const scope = new Scope();
  scope.forget('a variable is not known');
  return scope;
}

/** The value of a name of the first level after these. Providers run in an order that nobody knows: two that differ leave either. */
export function applyOverrides(root: string, value: ConfigValue, overrides: readonly Override[]): ConfigValue {
  const own = overrides.filter(({ path }) => path === root || path.startsWith(`${root}.`));
  const byPath = Map.groupBy(own, ({ path }) => path);
  return [...byPath].reduce((before, [path, all]) => {
    const segments = path.split('.').slice(1);
    const held = walk(before, segments, path);
    const isCertain = all.some((each) => each.isCertain);
    return putAt(before, segments, oneOf([...(isCertain ? [] : [held]), ...all.map((each) => each.value)]));
  }, value);
}
