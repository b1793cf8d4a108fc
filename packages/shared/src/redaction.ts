import type { Deps } from './deps.ts';
import { Redactor } from './printing/redactor.ts';
import { Secret } from './secret.ts';

export interface Redaction {
  /** The same dependencies; whatever is masked through them is taken out by `redact` too. */
  readonly deps: Deps;
  /** For text that leaves the job by another way than log, outputs and summary: a message, a record in a store. */
  readonly redact: (text: string) => string;
}

/** Takes secrets of the inputs, and those that turn up later, out of texts as the log does. */
export function withRedaction(deps: Deps, inputs: Readonly<Record<string, unknown>>): Redaction {
  const redactor = new Redactor();
  for (const value of Object.values(inputs)) if (value instanceof Secret) redactor.add(value.reveal());
  if (deps.context.idTokens !== undefined) redactor.add(deps.context.idTokens.token.reveal());
  const mask = (secret: string): void => {
    redactor.add(secret);
    deps.mask(secret);
  };
  return { deps: { ...deps, mask }, redact: (text) => redactor.redact(text) };
}
