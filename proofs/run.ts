/** Runs one proof, a long run of faults or races, and ends with `PROOF <name> <k> of <n>`. Exits 0 when it ran to the end. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { machine } from '../scripts/machine.ts';

export interface ProofContext {
  /** The short form that the tests run. */
  readonly quick: boolean;
  log(line: string): void;
}

export interface ProofResult {
  readonly passed: number;
  readonly total: number;
}

const names = globSync('*.ts', { cwd: import.meta.dirname }).map((file) => basename(file, '.ts')).filter((name) => /^export (?:async function|const) proof\b/m.test(readFileSync(join(import.meta.dirname, `${name}.ts`), 'utf8'))).sort();
const [name, ...flags] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.log(`usage: npm run proof -- NAME [--quick]\nNAME: ${names.length > 0 ? names.join(', ') : 'there is none yet'}`);
  process.exitCode = name === '--help' ? 0 : 2;
} else {
  const { proof }: { proof?: (context: ProofContext) => Promise<ProofResult> } = await import(join(import.meta.dirname, `${name}.ts`));
  if (proof === undefined) throw new Error(`proofs/${name}.ts exports no \`proof\``);
  for (const line of machine()) console.log(line);
  const { passed, total } = await proof({ quick: flags.includes('--quick'), log: (line) => console.log(line) });
  if (total === 0) throw new Error(`proofs/${name}.ts tried nothing`);
  console.log(`PROOF ${name} ${passed} of ${total}`);
}
