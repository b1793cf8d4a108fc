import { UserError } from '@ops/shared';
import { isCollection, isNode, isPair, LineCounter, parseDocument, type Document } from 'yaml';
import { policySchema, type Policy } from './schema.ts';

export const POLICY_FILE = '.github/security-lint.yml';

/** A policy and where its parts stand. */
export interface PolicyFile {
  readonly file: string;
  readonly policy: Policy;
  /** Line from 1 of the entry at a path such as `['ignore', 0]`; 1 when it cannot be told. */
  readonly lineOf: (path: readonly (string | number)[]) => number;
}

export function emptyPolicy(file: string = POLICY_FILE): PolicyFile {
  return { file, policy: policySchema.parse({}), lineOf: () => 1 };
}

/** Reads the text of a policy. Throws one UserError that lists everything that is wrong with its form. */
export function readPolicy(text: string, file: string = POLICY_FILE): PolicyFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2' });
  const [broken] = [...document.errors, ...document.warnings];
  if (broken !== undefined) throw badPolicy(file, [`it is not valid YAML: ${(broken.message.split('\n')[0] ?? '').replace(/:$/, '')}`]);
  const lineOf = (path: readonly (string | number)[]): number => lineAt(document, lines, path);
  const result = policySchema.safeParse(document.toJS() ?? {});
  if (!result.success) {
    throw badPolicy(file, result.error.issues.map((issue) => {
      const path = issue.path.filter((part) => typeof part !== 'symbol');
      return `line ${lineOf(path)}, ${path.length === 0 ? 'the file' : path.join('.')}: ${issue.message}`;
    }));
  }
  return { file, policy: result.data, lineOf };
}

function badPolicy(file: string, problems: readonly string[]): UserError {
  return new UserError({ reason: 'policy', message: `The policy ${file} cannot be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`, remedy: 'Its keys are rules, ignore, attest, assume and inline-suppressions; actions/security-config-lint/README.md shows each.' });
}

/** Of a key the line of the key, of an entry of a list its own. */
function lineAt(document: Document, lines: LineCounter, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const key = path[length - 1];
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (!isCollection(parent)) continue;
    const pair = parent.items.find((item) => isPair(item) && isNode(item.key) && String(item.key) === String(key));
    const node: unknown = isPair(pair) ? pair.key : parent.get(key, true);
    if (isNode(node) && node.range !== null && node.range !== undefined) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
