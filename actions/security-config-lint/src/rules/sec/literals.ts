import { childrenOf, nodeIn, nodesIn, type PhpFile, type PhpNode } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import { callOf, literalOf } from '../../facts/php-calls.ts';
import { isSecretText } from '../../facts/secret-text.ts';
import type { Finding, Undecided } from '../../finding.ts';
import { judged, type Judgement } from '../../judgement.ts';
import { repositoryPlace } from '../../subject-value.ts';

const ENV_CALLS: ReadonlySet<string> = new Set(['env', 'getenv', 'get']);

/** Literals of configuration files, and defaults of `env()`. */
export function checkLiterals(app: App): Judgement {
  const findings: Finding[] = [];
  const undecided: Undecided[] = [];
  const files = app.laravel.phpFiles.filter((file) => file.startsWith('config/'));
  for (const path of files) {
    const file = app.laravel.php(path);
    const tree = file?.tree;
    if (file === undefined || tree === undefined) undecided.push({ subject: path, reason: 'unreadable', why: `${path} cannot be parsed`, trace: [] });
    else for (const literal of literalsIn(tree, { path: path.slice('config/'.length, -'.php'.length).replaceAll('/', '.'), key: undefined })) findings.push(...judgeLiteral(app, file, literal));
  }
  const safe = files.map((file) => ({ subject: file, shown: 'no literal secret', trace: [] }));
  return judged({ findings, safe, undecided }, 'there is no configuration file');
}

interface Where {
  /** Config path. */
  readonly path: string;
  /** The environment key whose default it is. */
  readonly key: string | undefined;
}

interface Literal extends Where {
  readonly text: string;
  readonly node: PhpNode;
}

function* literalsIn(node: PhpNode, where: Where): Generator<Literal> {
  const literal = literalOf(node);
  if (literal.kind === 'text') yield { ...where, text: literal.text, node };
  if (node.kind === 'entry') {
    const [key, value] = [nodeIn(node, 'key'), nodeIn(node, 'value')];
    const name = key === undefined ? undefined : literalOf(key);
    if (value !== undefined) yield* literalsIn(value, name?.kind === 'text' ? { ...where, path: `${where.path}.${name.text}` } : where);
    return;
  }
  const call = callOf(node);
  if (call !== undefined && ENV_CALLS.has(call.name.toLowerCase())) {
    const [asked, byDefault] = [call.argument('key', 0), call.argument('default', 1)];
    const key = asked === undefined ? undefined : literalOf(asked);
    if (byDefault !== undefined) yield* literalsIn(byDefault, { ...where, key: key?.kind === 'text' ? key.text : undefined });
    return;
  }
  for (const child of node.kind === 'array' ? nodesIn(node, 'items') : childrenOf(node)) yield* literalsIn(child, where);
}

function judgeLiteral(app: App, file: PhpFile, { path, key, text, node }: Literal): readonly Finding[] {
  const name = (path.split('.').findLast((segment) => !/^\d+$/.test(segment)) ?? '').replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
  if (!isSecretText(name, text) && (key === undefined || !isSecretText(key, text))) return [];
  const at = file.placeOf(node);
  const place = repositoryPlace(app, at);
  return [{
    subject: path, severity: 'high', rank: 1, shown: 'a secret', trace: [{ file: at.file, line: at.line, column: at.column, what: key === undefined ? 'a literal' : `the default of ${key}` }], ...(place === undefined ? {} : { place }),
    message: key === undefined ? `\`${path}\` is a secret that stands in ${file.path}, so whoever can read the repository has it.` : `\`${path}\` has a secret as the default of \`${key}\` in ${file.path}, so whoever can read the repository has it.`,
    remedy: `Read it from the environment without a default${key === undefined ? '' : `, in \`${key}\``}, and rotate it: the history keeps it.`,
  }];
}
