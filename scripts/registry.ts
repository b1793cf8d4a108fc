/**
 * Writes packages/shared/src/inputs/registry.generated.ts: the input names of all actions, so that each can
 * judge the keys of .github/ops.yml. usage: registry.ts [--check] [--help]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionNames, loadContract } from './docs.ts';

const target = join(import.meta.dirname, '..', 'packages/shared/src/inputs/registry.generated.ts');
if (process.argv.includes('--help')) {
  console.log('usage: registry.ts [--check]   writes (or checks) the input names of all actions for .github/ops.yml');
  process.exit(0);
}
const rows: string[] = [];
for (const name of actionNames()) {
  const contract = await loadContract(name);
  if (contract === undefined) continue;
  const entries = Object.entries(contract.inputs);
  const list = (names: readonly string[]): string => `[${names.map((one) => `'${one}'`).join(', ')}]`;
  rows.push(`  '${name}': {\n    inputs: ${list(entries.map(([input]) => input))},\n    secret: ${list(entries.filter(([, spec]) => spec.secret === true).map(([input]) => input))},\n    fixed: ${list(entries.filter(([, spec]) => spec.expression !== undefined).map(([input]) => input))},\n  },`);
}
const text = `// Written by scripts/registry.ts from the contracts of the actions; do not edit.\nimport type { InputRegistry } from './ops-values.ts';\n\nexport const inputRegistry: InputRegistry = {\n${rows.join('\n')}\n};\n`;
if (readFileSync(target, 'utf8') !== text) {
  if (process.argv.includes('--check')) {
    console.error('packages/shared/src/inputs/registry.generated.ts is stale; run: npm run docs');
    process.exit(1);
  }
  writeFileSync(target, text);
}
