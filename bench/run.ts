/** Runs one bench: what machine, what versions, one line a figure. Exits 0 when it ran to the end, short figures or not. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { machine } from '../scripts/machine.ts';

export interface BenchContext {
  /** Fewer rounds; the figures are rougher. */
  readonly quick: boolean;
  /** One measured value beside its goal. */
  figure(name: string, value: number, op: '<=' | '>=', goal: number): void;
  log(line: string): void;
}

const names = globSync('*.ts', { cwd: import.meta.dirname }).map((file) => basename(file, '.ts')).filter((name) => /^export (?:async function|const) bench\b/m.test(readFileSync(join(import.meta.dirname, `${name}.ts`), 'utf8'))).sort();
const [name, ...flags] = process.argv.slice(2);
const file = join(import.meta.dirname, `${name ?? ''}.ts`);
if (name === undefined || name === '--help' || !names.includes(name)) {
  console.log(`usage: npm run bench -- NAME [--quick]\nNAME: ${names.length > 0 ? names.join(', ') : 'there is none yet'}`);
  process.exitCode = name === '--help' ? 0 : 2;
} else {
  const { bench }: { bench?: (context: BenchContext) => Promise<void> } = await import(file);
  if (bench === undefined) throw new Error(`bench/${name}.ts exports no \`bench\``);
  for (const line of machine()) console.log(line);
  let figures = 0;
  await bench({
    quick: flags.includes('--quick'),
    figure: (title, value, op, goal) => {
      figures += 1;
      const ok = Number.isFinite(value) && (op === '<=' ? value <= goal : value >= goal);
      console.log(`FIGURE ${title} ${Number(value.toPrecision(4))} goal ${op} ${goal} ${ok ? 'ok' : 'short'}`);
    },
    log: (line) => console.log(line),
  });
  if (figures === 0) throw new Error(`bench/${name}.ts reported no figure`);
}
