/**
 * Writes packages/<name>/src/scripts.generated.ts: the text of every .sh and .php file of the package,
 * keyed by file name, so that host scripts live in files and still reach the bundle.
 * usage: embed.ts [--check] [--help]
 */
import { globSync, readFileSync, writeFileSync, existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..');
if (process.argv.includes('--help')) {
  console.log('usage: embed.ts [--check]   writes (or checks) packages/*/src/scripts.generated.ts from the .sh and .php files');
  process.exit(0);
}
const check = process.argv.includes('--check');
const stale: string[] = [];
for (const name of readdirSync(join(root, 'packages'))) {
  const source = join(root, 'packages', name, 'src');
  const files = globSync('**/*.{sh,php}', { cwd: source }).sort();
  if (files.length === 0) continue;
  const entries = files.map((file) => `  ${JSON.stringify(basename(file))}:\n    ${JSON.stringify(readFileSync(join(source, file), 'utf8'))},`);
  const text = `// Written by scripts/embed.ts from the .sh and .php files of this package; do not edit.\nexport const scripts = {\n${entries.join('\n')}\n} as const satisfies Readonly<Record<string, string>>;\n\nexport type ScriptName = keyof typeof scripts;\n`;
  const target = join(source, 'scripts.generated.ts');
  if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
  if (check) stale.push(target);
  else writeFileSync(target, text);
}
if (stale.length > 0) {
  console.error(`stale, run "node scripts/embed.ts": ${stale.join(', ')}`);
  process.exit(1);
}
