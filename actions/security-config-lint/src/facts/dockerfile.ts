import type { Repository } from '../repository.ts';

/** One instruction of a Dockerfile, its continued lines joined. */
export interface Instruction {
  readonly file: string;
  /** First line, from 1. */
  readonly line: number;
  /** In upper case: `RUN`. */
  readonly name: string;
  readonly text: string;
}

const DOCKERFILE = /(?:^|\/)(?:[^/]+\.)?(?:Dockerfile|Containerfile)(?:[.-][^/]*)?$/i;

export function dockerfiles({ files }: Repository): readonly string[] {
  return files.filter((file) => DOCKERFILE.test(file) && !file.endsWith('.dockerignore'));
}

/** The instructions of a Dockerfile in their order. Comments and empty lines inside a continued one are left out, as Docker does. */
export function instructionsOf(file: string, text: string): readonly Instruction[] {
  const found: Instruction[] = [];
  let parts: string[] = [];
  let begin = 0;
  text.split(/\r?\n/).forEach((raw, index) => {
    if (/^\s*(?:#.*)?$/.test(raw)) return;
    if (parts.length === 0) begin = index + 1;
    const continues = /\\\s*$/.test(raw);
    parts.push(continues ? raw.replace(/\\\s*$/, ' ') : raw);
    if (continues) return;
    const whole = parts.join('').trim();
    parts = [];
    const name = /^([A-Za-z]+)\s/.exec(whole)?.[1];
    if (name !== undefined) found.push({ file, line: begin, name: name.toUpperCase(), text: whole.slice(name.length).trim() });
  });
  return found;
}
