import type { ArrayItem, Expression, Match, Statement } from '../config/expression.ts';
import type { Place } from '../value.ts';
import type { PhpFile } from './file.ts';
import { isNode, nodeIn, nodesIn, textIn, type PhpNode } from './node.ts';
import type { PhpNames } from './names.ts';
import type { Lowering } from './lowering.ts';
import { lowerCall, lowerNew } from './lower-calls.ts';
import { lowerBlock } from './lower-statements.ts';
import { lowerText } from './lower-texts.ts';
import { phpNumber } from './text.ts';

/** Turns the nodes of one file into expressions. */
export class FileLowering implements Lowering {
  readonly #file: PhpFile;
  readonly names: PhpNames;

  constructor(file: PhpFile, names: PhpNames) {
    this.#file = file;
    this.names = names;
  }

  at(node: PhpNode): Place {
    return this.#file.placeOf(node);
  }

  opaque(node: PhpNode, what: string): Expression {
    return { op: 'opaque', what, at: this.at(node) };
  }

  in(node: PhpNode, field: string): Expression {
    const found = nodeIn(node, field);
    return found === undefined ? this.opaque(node, 'is not complete') : this.expression(found);
  }

  expression(node: PhpNode): Expression {
    const at = this.at(node);
    switch (node.kind) {
      case 'string': case 'encapsed': case 'nowdoc': return lowerText(this, node);
      case 'number': return this.#number(node);
      case 'boolean': return { op: 'literal', value: node['value'] === true, at };
      case 'nullkeyword': return { op: 'literal', value: null, at };
      case 'array': return { op: 'array', items: nodesIn(node, 'items').map((item) => this.#item(item)), at };
      case 'name': return this.#constant(node);
      case 'magic': return { op: 'constant', name: String(node['value']).toUpperCase(), at };
      case 'variable': return typeof node['name'] === 'string' ? { op: 'variable', name: node['name'], at } : this.opaque(node, 'names a variable by a value');
      case 'staticlookup': return this.#classConstant(node);
      case 'offsetlookup': return { op: 'index', of: this.in(node, 'what'), key: isNode(node['offset']) ? this.expression(node['offset']) : undefined, at };
      case 'call': return lowerCall(this, node);
      case 'new': return lowerNew(this, node);
      case 'bin': return this.#binary(node);
      case 'unary': return this.#unary(node);
      case 'cast': return this.#cast(node);
      case 'retif': return { op: 'ternary', test: this.in(node, 'test'), whenTrue: isNode(node['trueExpr']) ? this.in(node, 'trueExpr') : undefined, whenFalse: this.in(node, 'falseExpr'), at };
      case 'match': return this.#match(node);
      case 'isset': return { op: 'isset', of: nodesIn(node, 'variables').map((each) => this.expression(each)), at };
      case 'empty': return { op: 'isset', of: [this.in(node, 'expression')], isEmpty: true, at };
      case 'assign': return { op: 'assign', to: this.in(node, 'left'), operator: String(node['operator']), value: this.in(node, 'right'), at };
      case 'silent': return this.in(node, 'expr');
      case 'closure': case 'arrowfunc': return this.#closure(node);
      default: return this.opaque(node, SENTENCES[node.kind] ?? `uses ${node.kind}`);
    }
  }

  #number(node: PhpNode): Expression {
    const number = phpNumber(String(node['value']));
    return number === undefined ? this.opaque(node, 'has a number that is too large') : { op: 'literal', ...number, at: this.at(node) };
  }

  #item(item: PhpNode): ArrayItem {
    if (item.kind !== 'entry') return { value: this.expression(item) };
    if (item['byRef'] === true) return { value: this.opaque(item, 'takes a reference') };
    const key = nodeIn(item, 'key');
    const value = this.in(item, 'value');
    return { value, ...(key === undefined ? {} : { key: this.expression(key) }), ...(item['unpack'] === true ? { spread: true } : {}) };
  }

  #constant(node: PhpNode): Expression {
    const name = (textIn(node, 'name') ?? '').replace(/^\\/, '');
    return { op: 'constant', name, at: this.at(node) };
  }

  #classConstant(node: PhpNode): Expression {
    const [what, name] = [nodeIn(node, 'what'), textIn(node, 'offset')];
    if (what?.kind !== 'name' || name === undefined) return this.opaque(node, 'reads a class by a value');
    return { op: 'class-constant', class: this.names.classOf(textIn(what, 'name') ?? ''), name, at: this.at(node) };
  }

  /** php-parser reads `.` and `+` left to right, as PHP 7 did; since PHP 8 the sum comes first. */
  #binary(node: PhpNode): Expression {
    const operator = String(node['type']);
    const left = nodeIn(node, 'left');
    const isMixed = /^(?:\+|-|<<|>>)$/.test(operator) && left?.kind === 'bin' && left['type'] === '.' && left['parenthesizedExpression'] !== true;
    return isMixed ? this.opaque(node, 'mixes . and + without parentheses') : { op: 'binary', operator, left: this.in(node, 'left'), right: this.in(node, 'right'), at: this.at(node) };
  }

  #unary(node: PhpNode): Expression {
    const operator = node['type'];
    if (operator !== '!' && operator !== '-' && operator !== '+') return this.opaque(node, `uses the operator ${String(operator)}`);
    return { op: 'unary', operator, of: this.in(node, 'what'), at: this.at(node) };
  }

  #cast(node: PhpNode): Expression {
    const to = CASTS[String(node['type'])];
    return to === undefined ? this.opaque(node, `casts to ${String(node['type'])}`) : { op: 'cast', to, of: this.in(node, 'expr'), at: this.at(node) };
  }

  #match(node: PhpNode): Expression {
    const arms: Match['arms'] = nodesIn(node, 'arms').map((arm) => ({
      conditions: Array.isArray(arm['conds']) ? nodesIn(arm, 'conds').map((each) => this.expression(each)) : undefined,
      value: this.in(arm, 'body'),
    }));
    return { op: 'match', of: this.in(node, 'cond'), arms, at: this.at(node) };
  }

  #closure(node: PhpNode): Expression {
    const parameters = nodesIn(node, 'arguments');
    if (parameters.some((each) => each['byref'] === true || each['variadic'] === true || isNode(each['value']))) return this.opaque(node, 'has a closure with unusual parameters');
    const uses = node.kind === 'closure' ? nodesIn(node, 'uses') : undefined;
    if (uses?.some((each) => each['byref'] === true) === true) return this.opaque(node, 'has a closure that changes what is around it');
    const body: Statement[] = node.kind === 'closure' ? lowerBlock(this, nodeIn(node, 'body')) : [{ does: 'return', value: this.in(node, 'body'), at: this.at(node) }];
    return { op: 'closure', parameters: parameters.map((each) => textIn(each, 'name') ?? ''), uses: uses?.map((each) => textIn(each, 'name') ?? ''), body, at: this.at(node) };
  }
}

const CASTS: Readonly<Record<string, 'bool' | 'int' | 'float' | 'string' | 'array'>> = { bool: 'bool', boolean: 'bool', int: 'int', integer: 'int', float: 'float', double: 'float', real: 'float', string: 'string', array: 'array' };

const SENTENCES: Readonly<Record<string, string>> = {
  propertylookup: 'reads a property', nullsafepropertylookup: 'reads a property', include: 'includes another file', eval: 'evaluates a text', throw: 'throws', exit: 'ends the program', print: 'prints',
  pre: 'counts a variable', post: 'counts a variable', list: 'takes a list apart', clone: 'clones an object', yield: 'yields', assignref: 'takes a reference',
};
