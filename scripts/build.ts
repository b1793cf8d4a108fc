/**
 * Writes the release tree, exactly what consumers get: build/release/<action>/{action.yml,README.md,dist}, the reusable workflows,
 * README, LICENSE, SECURITY.md, schema. One action that cannot be built does not keep the others from being built.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { withLock } from './lock.ts';

const USAGE = `usage: build.ts [--check] [--root DIR] [--help]
  (nothing)   writes build/release; an action whose files did not change is kept
  --check     builds twice, in two other folders, and compares every byte; changes nothing
  --root DIR  the tree to build, default this repository`;

export interface Layout {
  /** The repository: actions/, packages/, node_modules/. */
  readonly root: string;
  /** Gets js/ and release/. */
  readonly out: string;
}

export interface Built {
  readonly bundled: readonly string[];
  readonly kept: readonly string[];
  /** One sentence per problem; empty when all is well. */
  readonly problems: readonly string[];
}

const BUNDLES_AT_ONCE = 2;
const SHOWN_LINES = 20;
/** Copied as they are. */
const COMMON = ['README.md', 'LICENSE', 'SECURITY.md', 'schema'];
const run = promisify(execFile);
const here = resolve(import.meta.dirname, '..');

/** Builds every action of `root` into `out/release`. */
export async function build({ root, out }: Layout): Promise<Built> {
  const js = join(out, 'js');
  const release = join(out, 'release');
  const problems = await compile(root, js);
  mkdirSync(release, { recursive: true });
  const names = existsSync(join(root, 'actions')) ? readdirSync(join(root, 'actions')).filter((name) => existsSync(join(root, 'actions', name, 'src/main.ts'))).sort() : [];
  for (const old of readdirSync(release)) if (![...names, ...COMMON, '.github'].includes(old)) rmSync(join(release, old), { recursive: true });
  copyCommon(root, release);
  const bundled: string[] = [];
  const kept: string[] = [];
  const waiting = [...names];
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      try {
        (await buildAction(root, js, join(release, name), name) ? bundled : kept).push(name);
      } catch (error) {
        problems.push(`${name} was not built: ${lastWords(error)}`);
        rmSync(join(release, name), { recursive: true, force: true });
      }
    }
  };
  await Promise.all(Array.from({ length: BUNDLES_AT_ONCE }, work));
  return { bundled: bundled.sort(), kept: kept.sort(), problems };
}

/** TypeScript to JavaScript, with `@ops/*` resolvable. Type errors are problems, but JavaScript is written all the same. */
async function compile(root: string, js: string): Promise<string[]> {
  rmSync(js, { recursive: true, force: true });
  mkdirSync(js, { recursive: true });
  writeFileSync(join(js, 'package.json'), '{"type":"module","sideEffects":false}\n');
  const problems: string[] = [];
  try {
    await run(join(here, 'node_modules/.bin/tsc'), ['-p', join(root, 'tsconfig.build.json'), '--outDir', js], { cwd: root, maxBuffer: 1 << 24 });
  } catch (error) {
    problems.push(`TypeScript found errors:\n${lastWords(error)}`);
  }
  for (const name of existsSync(join(root, 'packages')) ? readdirSync(join(root, 'packages')) : []) {
    if (existsSync(join(js, 'packages', name))) linkPackage(root, js, name);
  }
  return problems;
}

/** Makes `@ops/<name>` resolvable below `js`, with the exports of the package's own package.json. */
export function linkPackage(root: string, js: string, name: string): void {
  const source = join(root, 'packages', name, 'package.json');
  const { exports } = existsSync(source) ? JSON.parse(readFileSync(source, 'utf8')) : { exports: './src/index.ts' };
  const compiled = JSON.parse(JSON.stringify(exports).replaceAll('.ts"', '.js"'));
  mkdirSync(join(js, 'packages', name), { recursive: true });
  // Only faces besides the index may be imported for what they do (a worker's entry). All else is left out where nobody uses it, so
  // that what an action loads late does not come in early through an index.
  const sideEffects = typeof compiled === 'string' ? false : Object.entries(compiled).flatMap(([face, file]) => (face === '.' ? [] : [file]));
  writeFileSync(join(js, 'packages', name, 'package.json'), `${JSON.stringify({ name: `@ops/${name}`, type: 'module', sideEffects, exports: compiled })}\n`);
  mkdirSync(join(js, 'node_modules/@ops'), { recursive: true });
  symlinkSync(`../../packages/${name}`, join(js, 'node_modules/@ops', name));
}

/** False when what stands there was made from the same files. */
async function buildAction(root: string, js: string, target: string, name: string): Promise<boolean> {
  const source = join(root, 'actions', name);
  const manifest = join(source, 'action.yml');
  if (!existsSync(manifest)) throw new Error('it has no action.yml; write it with: npm run docs');
  const runs = parse(readFileSync(manifest, 'utf8')).runs ?? {};
  const entries: [string, string][] = [[runs.main, 'main'], [runs.post, 'post']].flatMap(([path, entry]) => (path === undefined ? [] : [[path, join(js, 'actions', name, 'src', `${entry}.js`)]]));
  // Entries of worker threads: src/worker/tap.ts becomes dist/tap/index.js, beside the main bundle.
  for (const worker of globSync('src/worker/*.ts', { cwd: source }).map((file) => basename(file, '.ts')).filter((file) => !file.endsWith('.test')).sort()) {
    entries.push([join(dirname(String(runs.main)), worker, 'index.js'), join(js, 'actions', name, 'src/worker', `${worker}.js`)]);
  }
  for (const [path, entry] of entries) if (!existsSync(entry)) throw new Error(`action.yml names ${path}, but there is no src/${relative(join(js, 'actions', name, 'src'), entry).replace(/js$/, 'ts')}`);
  const key = fingerprint(root, js, entries.map(([, entry]) => entry));
  const stamp = join(dirname(dirname(target)), 'stamps', name);
  const same = existsSync(stamp) && readFileSync(stamp, 'utf8') === key && entries.every(([path]) => existsSync(join(target, path)));
  if (!same) {
    const fresh = `${target}.new-${process.pid}`;
    rmSync(fresh, { recursive: true, force: true });
    try {
      for (const [path, entry] of entries) await bundle(root, js, entry, join(fresh, dirname(path)));
      const old = `${target}.old-${process.pid}`;
      if (existsSync(target)) renameSync(target, old);
      renameSync(fresh, target);
      rmSync(old, { recursive: true, force: true });
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, key);
  }
  for (const file of ['action.yml', 'README.md']) if (existsSync(join(source, file))) cpSync(join(source, file), join(target, file));
  return !same;
}

// Not minified: a stack of a consumer's run must be readable, and the start-up time is the same. The tree's own ncc: its path,
// seen from the entry, goes into the ids of modules.
async function bundle(root: string, js: string, entry: string, to: string): Promise<void> {
  await run(process.execPath, [join(root, 'node_modules/@vercel/ncc/dist/ncc/cli.js'), 'build', entry, '--no-cache', '--out', to, '--quiet'], { cwd: js, maxBuffer: 1 << 24 });
}

/** Hash of every file of ours that the entries reach, and of all that decides about the rest. */
function fingerprint(root: string, js: string, entries: readonly string[]): string {
  const hash = createHash('sha256');
  const seen = new Set<string>();
  const visit = (file: string, from: string): void => {
    if (seen.has(file)) return;
    // ncc would bundle a call that throws.
    if (!existsSync(file)) throw new Error(`${relative(js, from).replace(/js$/, 'ts')} imports ${relative(js, file).replace(/js$/, 'ts')}, which does not exist`);
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    hash.update(`${relative(js, file)}\0${text}\0`);
    for (const name of importsOf(text)) {
      if (name.startsWith('.')) visit(resolve(dirname(file), name), file);
      else if (name.startsWith('@ops/')) visit(faceOf(js, name), file);
    }
  };
  for (const entry of entries) visit(entry, entry);
  for (const file of [join(root, 'package-lock.json'), import.meta.filename]) if (existsSync(file)) hash.update(readFileSync(file));
  return hash.digest('hex');
}

/** The file behind `@ops/name` or `@ops/name/face`, by the exports of the package. */
function faceOf(js: string, name: string): string {
  const [, folder = '', ...face] = name.split('/');
  const { exports: faces } = JSON.parse(readFileSync(join(js, 'packages', folder, 'package.json'), 'utf8'));
  const path = typeof faces === 'string' ? faces : faces[face.length === 0 ? '.' : `./${face.join('/')}`];
  return join(js, 'packages', folder, path ?? `no face ${face.join('/')}`);
}

/** What the lines of a module import, statically or not. tsc writes one import per line. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(/^\s*(?:import|export|\})\s*(?:[^'"()]*from\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm)].flatMap(([, fixed, lazy]) => fixed ?? lazy ?? []).filter((name) => !name.includes('${'));
}

/** Overwrites in place: a test that runs on the tree meanwhile finds every file at every moment. */
function copyCommon(root: string, release: string): void {
  for (const name of COMMON) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(release, name), { recursive: true });
    else rmSync(join(release, name), { recursive: true, force: true });
  }
  const shipped = globSync('.github/workflows/*.{yml,yaml}', { cwd: root }).filter((file) => {
    const { on } = parse(readFileSync(join(root, file), 'utf8'));
    return on !== null && typeof on === 'object' && 'workflow_call' in on;
  });
  for (const file of shipped) cpSync(join(root, file), join(release, file));
  for (const file of globSync('.github/workflows/*', { cwd: release })) if (!shipped.includes(file)) rmSync(join(release, file));
}

/** What a failed tool said, without the stack of its own code and without the hundredth line. */
function lastWords(error: unknown): string {
  const said = typeof error === 'object' && error !== null && 'stdout' in error ? `${String(error.stdout)}${'stderr' in error ? String(error.stderr) : ''}`.trim() : '';
  const lines = (said !== '' ? said : error instanceof Error ? error.message : String(error)).split('\n').filter((line) => !/^\s+at /.test(line));
  return lines.length <= SHOWN_LINES ? lines.join('\n') : [...lines.slice(0, SHOWN_LINES), `and ${lines.length - SHOWN_LINES} more lines`].join('\n');
}

/** Path and SHA-256 of every file below `dir`. */
export function treeHashes(dir: string): ReadonlyMap<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(files.map((file) => [relative(dir, file), createHash('sha256').update(readFileSync(file)).digest('hex')]));
}

/** Builds copies of the tree in two other folders; the files that differ, or why there was nothing to compare. */
async function differences(root: string): Promise<string[]> {
  const scratch = join(root, 'build', `check-${process.pid}`);
  const trees: ReadonlyMap<string, string>[] = [];
  try {
    for (const home of [join(scratch, 'a'), join(scratch, 'another/deeper folder')]) {
      mkdirSync(home, { recursive: true });
      const parts = readdirSync(root).filter((name) => name !== 'build' && name !== '.git');
      // Hard links: module ids are made from paths, so node_modules must really stand there, and a link costs nothing.
      await run('cp', ['-al', ...parts.map((name) => join(root, name)), home]);
      const { problems } = await build({ root: home, out: join(home, 'build') });
      if (problems.length > 0) return [...problems];
      trees.push(treeHashes(join(home, 'build/release')));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const [first = new Map<string, string>(), second = new Map<string, string>()] = trees;
  const differing = [...new Set([...first.keys(), ...second.keys()])].filter((file) => first.get(file) !== second.get(file)).map((file) => `${file} differs between two builds`);
  if (differing.length === 0) console.log(`tree ${createHash('sha256').update(JSON.stringify([...first])).digest('hex')} (${first.size} files, the same twice)`);
  return differing;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) { console.log(USAGE); return 0; }
  const at = args.indexOf('--root');
  const root = resolve(at < 0 ? here : args[at + 1] ?? here);
  const report = (problems: readonly string[]): number => {
    for (const problem of problems) console.error(problem);
    return problems.length > 0 ? 1 : 0;
  };
  if (args.includes('--check')) return report(await differences(root));
  return await withLock(join(root, 'build'), async () => {
    const began = performance.now();
    if (root === here) for (const script of ['embed.ts', 'registry.ts', 'docs.ts']) {
      try { execFileSync(process.execPath, ['--no-warnings', join(here, 'scripts', script)], { stdio: 'inherit' }); } catch { console.error(`scripts/${script} failed; building with what stands there`); process.exitCode = 1; }
    }
    const { bundled, kept, problems } = await build({ root, out: join(root, 'build') });
    console.log(`build/release: ${bundled.length > 0 ? `bundled ${bundled.join(', ')}` : 'nothing to bundle'}${kept.length > 0 ? `; unchanged ${kept.join(', ')}` : ''}; ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return report(problems);
  });
}

if (import.meta.main) process.exitCode = (await main(process.argv.slice(2))) || (process.exitCode ?? 0);
