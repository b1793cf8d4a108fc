/** What the host script said to us, apart from what its commands printed. */
export interface Marks {
  readonly facts: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
  readonly steps: readonly { readonly id: string; readonly exit: number; readonly ms: number }[];
  /** The last step that began, whether or not it ended. */
  readonly began: string | undefined;
  readonly failure: { readonly reason: string; readonly message: string; readonly remedy: string | undefined } | undefined;
  /** All other output lines, in order. */
  readonly foreign: readonly string[];
}

function unescape(text: string): string {
  return text.replace(/\\(\\|n)/g, (_, code: string) => (code === 'n' ? '\n' : '\\'));
}

/**
 * Reads the lines `@<nonce> <word> …` of the prelude. The nonce is random for each run and not exported
 * to children, so a migration or a composer script cannot forge a fact by chance.
 */
export function parseMarks(stdout: string, nonce: string): Marks {
  const facts = new Map<string, string>();
  const warnings: string[] = [];
  const steps: { id: string; exit: number; ms: number }[] = [];
  const foreign: string[] = [];
  let began: string | undefined;
  let failure: Marks['failure'];
  const prefix = `@${nonce} `;
  for (const line of stdout.split('\n')) {
    const at = line.indexOf(prefix);
    if (at < 0) {
      if (line !== '') foreign.push(line);
      continue;
    }
    // A command that printed without a final newline stands before our mark.
    if (at > 0) foreign.push(line.slice(0, at));
    const [word = '', ...rest] = line.slice(at + prefix.length).split(' ');
    const text = rest.join(' ');
    if (word === 'begin') began = text;
    else if (word === 'warn') warnings.push(unescape(text));
    else if (word === 'end') {
      const [id = '', exit = '', ms = ''] = rest;
      steps.push({ id, exit: Number(exit), ms: Number(ms) });
    } else if (word === 'fact') {
      const [key = '', ...value] = rest;
      facts.set(key, unescape(value.join(' ')));
    } else if (word === 'fail') {
      const [reason = '', ...said] = rest;
      const [message = '', remedy = ''] = unescape(said.join(' ')).split('\t');
      failure = { reason, message, remedy: remedy === '' ? undefined : remedy };
    }
  }
  return { facts, warnings, steps, began, failure, foreign };
}
