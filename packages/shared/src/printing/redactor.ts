import { secretForms, SHORTEST_SECRET } from './secret-forms.ts';

const HIDDEN = '***';

/** Knows the secrets of a run and takes them out of texts. */
export class Redactor {
  readonly #forms = new Set<string>();

  /** Learns a secret; returns what the runner must mask, or why it cannot be hidden. */
  add(secret: string): { readonly masks: readonly string[]; readonly warning: string | undefined } {
    const length = secret.trim().length;
    if (length === 0) return { masks: [], warning: undefined };
    if (length < SHORTEST_SECRET) return { masks: [], warning: `A secret of fewer than ${SHORTEST_SECRET} characters cannot be hidden: it would blank out half of the log. Use a longer one.` };
    const { masks, all } = secretForms(secret);
    for (const form of all) this.#forms.add(form);
    return { masks, warning: undefined };
  }

  /** The text without secrets in any of their forms; where forms overlap nothing of either stays. */
  redact(text: string): string {
    return this.#hide(text, this.#found(text));
  }

  finds(text: string): boolean {
    for (const form of this.#forms) if (text.includes(form)) return true;
    return false;
  }

  /** Merged places of all forms, in order. */
  #found(text: string): [number, number][] {
    const places: [number, number][] = [];
    for (const form of this.#forms) {
      for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) places.push([at, at + form.length]);
    }
    places.sort(([a], [b]) => a - b);
    const merged: [number, number][] = [];
    for (const [from, to] of places) {
      const last = merged.at(-1);
      if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], to);
      else merged.push([from, to]);
    }
    return merged;
  }

  #hide(text: string, places: readonly (readonly [number, number])[]): string {
    let shown = '';
    let at = 0;
    for (const [from, to] of places) {
      shown += text.slice(at, from) + HIDDEN;
      at = to;
    }
    return shown + text.slice(at);
  }
}
