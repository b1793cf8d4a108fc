import { isNode, type PhpNode } from './node.ts';

/** What php-parser makes of a text, or its message. */
export type Parsed = { readonly ok: true; readonly tree: PhpNode } | { readonly ok: false; readonly line: number | undefined; readonly why: string };

export interface PhpParser {
  parse(text: string): Parsed;
}

/** Newest first. Some valid PHP fails as 8 and not as 7.4: class names that became keywords. */
const VERSIONS = ['8.5', '7.4'] as const;

/** Loads php-parser: it costs more than the start of an action, so nobody does it before the inputs are good. */
export async function loadPhpParser(): Promise<PhpParser> {
  const { default: library } = await import('php-parser');
  const engines = VERSIONS.map((version) => new library.Engine({ parser: { version, extractDoc: true, suppressErrors: false }, ast: { withPositions: true }, lexer: { short_tags: true } }));
  return {
    parse(text) {
      let failure: Parsed | undefined;
      for (const engine of engines) {
        const parsed = attempt(() => engine.parseCode(text, ''));
        if (parsed.ok) return parsed;
        failure ??= parsed;
      }
      return failure ?? { ok: false, line: undefined, why: 'no parser' };
    },
  };
}

/** Throws SyntaxError, and RangeError on deep nesting. */
function attempt(parse: () => unknown): Parsed {
  try {
    const tree = parse();
    return isNode(tree) ? { ok: true, tree } : { ok: false, line: undefined, why: 'the parser answered nothing' };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, line: undefined, why: 'it is nested too deeply' };
    const line = error instanceof Error && 'lineNumber' in error && typeof error.lineNumber === 'number' ? error.lineNumber : undefined;
    return { ok: false, line, why: 'the parser finds a syntax error' };
  }
}
