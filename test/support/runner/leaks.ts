import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const SHORTEST_FORM = 8;
const SHORTEST_SECRET = 4;
const LARGEST_FILE_BYTES = 16 << 20;

/** Texts that give a secret away: itself, each line, base64 of both. Short pieces and PEM armour give nothing away. */
export function secretForms(secrets: readonly string[]): ReadonlyMap<string, string> {
  const forms = new Map<string, string>();
  secrets.forEach((secret, index) => {
    const name = `secret ${index + 1}`;
    const whole = secret.trim();
    if (whole.length < SHORTEST_SECRET) return;
    const add = (form: string, what: string): void => {
      if (form.length >= SHORTEST_FORM && !forms.has(form)) forms.set(form, what);
    };
    forms.set(whole, name);
    add(base64(secret), `base64 of ${name}`);
    add(base64(whole), `base64 of ${name}`);
    for (const line of secret.split(/\r?\n/).map((text) => text.trim())) {
      if (/^-----.*-----$/.test(line)) continue;
      add(line, `a line of ${name}`);
      if (line.length >= SHORTEST_FORM) add(base64(line), `base64 of a line of ${name}`);
    }
  });
  return forms;
}

// Without padding: a form inside a longer encoding ends elsewhere.
const base64 = (text: string): string => Buffer.from(text).toString('base64').replace(/=+$/, '');

/** Says which forms stand in `text`; never the form itself, which would leak it into the report. */
export function leaksIn(where: string, text: string, forms: ReadonlyMap<string, string>): string[] {
  return [...forms].filter(([form]) => text.includes(form)).map(([, what]) => `${what} in ${where}`);
}

/** For reports of a leak, which must not become one. */
export function redact(text: string, forms: ReadonlyMap<string, string>): string {
  return [...forms.keys()].sort((a, b) => b.length - a.length).reduce((redacted, form) => redacted.replaceAll(form, '[leaked]'), text);
}

export type Snapshot = ReadonlyMap<string, string>;

/** Every file, link and socket below `dirs` with what tells a changed one. */
export function snapshot(dirs: readonly string[]): Snapshot {
  const found = new Map<string, string>();
  for (const dir of dirs) {
    for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) continue;
      const path = join(entry.parentPath, entry.name);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat !== undefined) found.set(path, `${stat.ino} ${stat.size} ${stat.mtimeMs}`);
    }
  }
  return found;
}

/** Paths that are new or changed since `before`. */
export function writtenSince(before: Snapshot, dirs: readonly string[]): string[] {
  return [...snapshot(dirs)].filter(([path, mark]) => before.get(path) !== mark).map(([path]) => path);
}

export function leaksInFiles(paths: readonly string[], forms: ReadonlyMap<string, string>): string[] {
  return paths.flatMap((path) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined || !stat.isFile() || stat.size > LARGEST_FILE_BYTES) return [];
    return leaksIn(`the file ${path}`, readFileSync(path, 'latin1'), forms);
  });
}
