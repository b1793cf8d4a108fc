import type { PhpFile, PhpNode } from '@ops/laravel/app';
import type { App } from './app.ts';
import type { Finding, Undecided } from './finding.ts';
import { repositoryPlace, type Bad } from './subject-value.ts';

/** A finding about a node of a PHP file, or about the file as a whole. `so` goes on after `what`. */
export function codeFinding(app: App, file: PhpFile, node: PhpNode | undefined, what: string, { severity, so, remedy, rank = 1 }: Bad, subject: string): Finding {
  const at = node === undefined ? { file: file.path, line: 1, column: 1, endLine: 1, endColumn: 1 } : file.placeOf(node);
  const place = repositoryPlace(app, at);
  return {
    subject, severity, message: `${what}, ${so}.`, remedy, shown: what, rank, trace: [{ file: file.path, line: at.line, column: at.column, what }],
    ...(place === undefined ? {} : { place }),
  };
}

export function unreadable(subject: string, path: string): Undecided {
  return { subject, reason: 'unreadable', why: `${path} cannot be parsed`, trace: [] };
}

export function computed(subject: string, file: PhpFile, what: string): Undecided {
  return { subject, reason: 'expression', why: `${file.path} computes ${what}`, trace: [] };
}
