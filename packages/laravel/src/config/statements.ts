import type { ConfigValue } from '../value.ts';
import { isComplete, known, oneOf, unknown } from './combine.ts';
import type { Evaluation } from './evaluation.ts';
import type { Expression, Statement } from './expression.ts';
import type { Scope } from './scope.ts';
import { truthOf } from './truth.ts';

/** More rounds than a configuration has entries. */
const MOST_ROUNDS = 1000;

/** How a list of statements may end: values that it may have returned, and whether it can reach its end. */
interface Ending {
  readonly returned: readonly ConfigValue[];
  readonly goesOn: boolean;
}

/** Runs a file or the body of a function; what it returns. Without `return` a function gives null; `whole` is where that would stand. */
export function run(evaluation: Evaluation, statements: readonly Statement[], scope: Scope, whole: Expression): ConfigValue {
  const { returned, goesOn } = runAll(evaluation, statements, scope);
  const end = whole.op === 'closure' ? known(null, evaluation.trace(whole, []), whole.at) : evaluation.unknown(whole, 'may return no array');
  return oneOf(goesOn ? [...returned, end] : returned);
}

function runAll(evaluation: Evaluation, statements: readonly Statement[], scope: Scope): Ending {
  const returned: ConfigValue[] = [];
  for (const statement of statements) {
    const ending = runOne(evaluation, statement, scope);
    returned.push(...ending.returned);
    if (!ending.goesOn) return { returned, goesOn: false };
  }
  return { returned, goesOn: true };
}

function runOne(evaluation: Evaluation, statement: Statement, scope: Scope): Ending {
  switch (statement.does) {
    case 'return': return { returned: [statement.value === undefined ? known(null, []) : evaluation.evaluate(statement.value, scope)], goesOn: false };
    case 'stop': return { returned: [], goesOn: false };
    case 'evaluate':
      evaluation.evaluate(statement.value, scope);
      return { returned: [], goesOn: true };
    case 'if': return runIf(evaluation, statement, scope);
    case 'foreach': return runForeach(evaluation, statement, scope);
    case 'opaque':
      scope.forget(`${statement.at?.file ?? ''} ${statement.what}`);
      return { returned: [unknown('expression', `${statement.at?.file ?? ''} ${statement.what}`, [])], goesOn: true };
  }
}

function runIf(evaluation: Evaluation, statement: Extract<Statement, { does: 'if' }>, scope: Scope): Ending {
  const truth = truthOf(evaluation.evaluate(statement.test, scope));
  if (truth !== undefined) return runAll(evaluation, truth ? statement.whenTrue : statement.whenFalse, scope);
  const [left, right] = [scope.copy(), scope.copy()];
  const endings = [runAll(evaluation, statement.whenTrue, left), runAll(evaluation, statement.whenFalse, right)];
  const open = [left, right].filter((_, index) => endings[index]?.goesOn === true);
  if (open.length > 0) scope.become(open);
  return { returned: endings.flatMap(({ returned }) => returned), goesOn: open.length > 0 };
}

function runForeach(evaluation: Evaluation, statement: Extract<Statement, { does: 'foreach' }>, scope: Scope): Ending {
  const of = evaluation.evaluate(statement.of, scope);
  if (of.kind !== 'array' || !isComplete(of) || of.entries.size > MOST_ROUNDS) {
    scope.forget('a loop runs over what is not known');
    return { returned: [unknown('expression', 'a loop runs over what is not known', of.trace)], goesOn: true };
  }
  const returned: ConfigValue[] = [];
  for (const [key, value] of of.entries) {
    if (statement.key !== undefined) scope.set(statement.key, /^(?:0|-?[1-9]\d*)$/.test(key) ? known(Number(key), of.trace) : known(key, of.trace));
    scope.set(statement.value, value);
    const ending = runAll(evaluation, statement.body, scope);
    returned.push(...ending.returned);
    if (!ending.goesOn) return { returned, goesOn: false };
  }
  return { returned, goesOn: true };
}
