import { escapeText } from '../markdown.ts';

/** Forms shorter than this would blank out ordinary words. */
const SHORTEST_FORM = 8;
/** A whole secret may be shorter; below this neither the runner nor we can hide it. */
export const SHORTEST_SECRET = 4;

export interface SecretForms {
  /** For the runner: single lines, which it replaces in every later line of the job. */
  readonly masks: readonly string[];
  /** For our own redaction: everything that gives the secret away. */
  readonly all: readonly string[];
}

/** What gives a secret away: itself, its lines, and both as base64, URL, JSON, hex and escaped markdown. */
export function secretForms(secret: string): SecretForms {
  const whole = secret.trim();
  if (whole.length < SHORTEST_SECRET) return { masks: [], all: [] };
  const lines = whole.split(/\r\n|\n|\r/).map((line) => line.trim());
  const told = lines.length === 1 ? [] : lines.filter((line) => line.length >= SHORTEST_FORM && !isArmour(line));
  const derived = derivedForms(whole);
  const long = [whole, secret, ...told].flatMap((piece) => [piece, ...derivedForms(piece)]).filter((form) => form.length >= SHORTEST_FORM);
  return {
    // The runner would also mask each line of a multi-line value, however short, so it never gets one.
    masks: unique([...(lines.length === 1 ? [whole] : told), ...derived.filter((form) => form.length >= SHORTEST_FORM && !/[\r\n]/.test(form))]),
    all: unique([whole, ...long]),
  };
}

function isArmour(line: string): boolean {
  return /^-----.*-----$/.test(line);
}

function derivedForms(text: string): string[] {
  const bytes = Buffer.from(text);
  const [url, json, hex] = [encodeURIComponent(text.toWellFormed()), JSON.stringify(text).slice(1, -1), bytes.toString('hex')];
  return [
    ...[0, 1, 2].flatMap((shift) => base64Forms(bytes, shift)),
    url, new URLSearchParams([['', text]]).toString().slice(1), url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    json, json.replaceAll('/', '\\/'),
    hex, hex.toUpperCase(),
    escapeText(text), text.replaceAll('|', '\\|'), text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A'),
  ];
}

/** Base64 of the text behind `shift` other bytes, as in `user:password`; only characters that the text alone decides. */
function base64Forms(bytes: Buffer, shift: number): string[] {
  const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  const own = whole.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
  const forms = shift === 0 ? [whole, whole.replace(/=+$/, ''), own] : [own];
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
