const MIN_MASK = 4;
const MIN_DERIVED = 8;

/** What of a secret is masked: `forms` are replaced everywhere, longest first. */
export interface SecretForms {
  readonly forms: readonly string[];
  /** Why the secret cannot be masked, or undefined. */
  readonly warning: string | undefined;
}

function isArmour(line: string): boolean {
  return /^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/.test(line);
}

/**
 * A secret and every form in which it might be printed: whole, each line, base64, URL-encoded, JSON-escaped,
 * hex. Derived forms and lines below 8 characters and PEM armour are left out: masking them eats whole logs.
 */
export function secretForms(secret: string): SecretForms {
  const whole = secret.trim();
  if (whole === '') return { forms: [], warning: undefined };
  if (whole.length < MIN_MASK) return { forms: [], warning: `A secret of fewer than ${MIN_MASK} characters cannot be masked: it would blank out half of the log. Use a longer one.` };
  const lines = whole.split(/\r?\n/).map((line) => line.trim()).filter((line) => line.length >= MIN_DERIVED && !isArmour(line));
  const derived = whole.length < MIN_DERIVED ? [] : [whole, secret].flatMap((text) => [
    Buffer.from(text).toString('base64'),
    Buffer.from(text).toString('base64url'),
    encodeURIComponent(text),
    encodeURIComponent(text).replaceAll('%20', '+'),
    JSON.stringify(text).slice(1, -1),
    Buffer.from(text).toString('hex'),
  ]).filter((form) => form.length >= MIN_DERIVED);
  const forms = [...new Set([whole, ...lines, ...derived])].filter((form) => form !== '');
  return { forms: forms.toSorted((a, b) => b.length - a.length), warning: undefined };
}

/** Replaces every form of every registered secret. */
export class Redactor {
  #forms: string[] = [];

  /** Returns what is new, for the runner's own masks. */
  add(secret: string): SecretForms {
    const { forms, warning } = secretForms(secret);
    const fresh = forms.filter((form) => !this.#forms.includes(form));
    this.#forms = [...this.#forms, ...fresh].toSorted((a, b) => b.length - a.length);
    return { forms: fresh, warning };
  }

  redact(text: string): string {
    return this.#forms.reduce((result, form) => (result.includes(form) ? result.replaceAll(form, '***') : result), text);
  }

  /** True when the text holds a secret. */
  holds(text: string): boolean {
    return this.#forms.some((form) => text.includes(form));
  }
}
