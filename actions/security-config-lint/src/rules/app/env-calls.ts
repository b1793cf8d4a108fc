import { childrenOf, nodeIn, type PhpFile, type PhpNode } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import { callOf, literalOf } from '../../facts/php-calls.ts';
import type { Finding } from '../../finding.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { repositoryPlace } from '../../subject-value.ts';

const CODE = /^(?:app|routes|bootstrap)\//;
/** Calls whose arguments decide about access or protection. */
const DECIDING = new Set(['header', 'headers', 'withheaders', 'define', 'allows', 'denies', 'authorize', 'before', 'after', 'middleware', 'alias', 'append', 'prepend', 'abort_if', 'abort_unless', 'throw_if', 'throw_unless', 'trustproxies', 'trusthosts', 'validatecsrftokens', 'encryptcookies']);

interface EnvCall {
  readonly key: string;
  readonly node: PhpNode;
  readonly decides: boolean;
}

export function checkEnvCalls(app: App): Judgement {
  const files = app.laravel.filesWith(['env(', 'getenv(', 'Env::get']).filter((path) => CODE.test(path));
  const parts = files.map((path): Answers => {
    const file = app.laravel.php(path);
    if (file?.tree === undefined) return { undecided: [{ subject: path, reason: 'unreadable', why: `${path} cannot be parsed`, trace: [] }] };
    const calls = envCalls(file.tree, false);
    return calls.length === 0 ? { safe: [{ subject: path, shown: 'no call', trace: [] }] } : { findings: calls.map((call) => findingOf(app, file, call)) };
  });
  return judged({ ...together(parts), safe: [{ subject: 'code', shown: 'asks config()', trace: [] }] }, '');
}

/** The calls below a node, in order; `decides` is true inside a condition or an argument that decides. */
function envCalls(node: PhpNode, decides: boolean): readonly EnvCall[] {
  const own = keyOf(node);
  const condition = node.kind === 'if' || node.kind === 'retif' || node.kind === 'while' ? nodeIn(node, 'test') : undefined;
  const call = callOf(node);
  const isDeciding = call !== undefined && DECIDING.has(call.name.toLowerCase());
  const below = childrenOf(node).flatMap((child) => envCalls(child, decides || child === condition || (isDeciding && call.arguments.includes(child))));
  return own === undefined ? below : [{ key: own, node, decides }, ...below];
}

function keyOf(node: PhpNode): string | undefined {
  const call = callOf(node);
  if (call === undefined || node.kind !== 'call') return undefined;
  const name = call.name.toLowerCase();
  const isEnv = call.on === undefined ? (name === 'env' || name === 'getenv') && nodeIn(node, 'what')?.kind === 'name' : name === 'get' && /(?:^|\\)Env$/.test(call.on);
  const [first] = call.arguments;
  if (!isEnv || first === undefined) return undefined;
  const literal = literalOf(first);
  return literal.kind === 'text' ? literal.text : 'a computed key';
}

function findingOf(app: App, file: PhpFile, { key, node, decides }: EnvCall): Finding {
  const at = file.placeOf(node);
  const place = repositoryPlace(app, at);
  const severity = decides ? 'high' : 'low';
  return {
    subject: `${file.path}:${key}`, severity, rank: decides ? 2 : 1, shown: decides ? 'decides' : 'is read',
    message: `${file.path} calls env() for \`${key}\`${decides ? ', and decides by it' : ''}: with a cached configuration it gives null or its default.`,
    remedy: `Read \`${key}\` in a configuration file, and ask config() here.`,
    trace: [{ file: file.path, line: at.line, column: at.column, what: `env('${key}')`, ...(key === 'a computed key' ? {} : { env: key }) }], ...(place === undefined ? {} : { place }),
  };
}
