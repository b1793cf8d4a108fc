import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeExec, runContext, UserError } from '@ops/shared';
import { makeArtifact, type Artifact } from './artifact.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ops artifact '));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function folder(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, name, path, '..'), { recursive: true });
    writeFileSync(join(root, name, path), text);
  }
  return join(root, name);
}

function make(path: string, options: { readonly appRoot?: string; readonly exclude?: readonly string[]; readonly mtime?: number } = {}): Promise<Artifact> {
  return makeArtifact({ path, appRoot: '.', exclude: ['.git', 'node_modules'], mtime: 1_700_000_000, ...options }, {
    exec: nodeExec, env: { PATH: process.env['PATH'] }, context: { ...runContext({}), tempDir: root }, cleanup: { defer: () => {} }, signal: new AbortController().signal,
  });
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.sentence();
    throw thrown;
  }
  return 'accepted';
}

const listing = (artifact: Artifact): string[] => spawnSync('tar', ['-tzf', artifact.file], { encoding: 'utf8' }).stdout.trim().split('\n');

describe('an artifact', () => {
  test('has the same key for the same files, whatever their times and the mode of the folder', async () => {
    const one = folder('one', { 'b.txt': 'b', 'a/a.txt': 'a' });
    const two = folder('two', { 'a/a.txt': 'a', 'b.txt': 'b' });
    utimesSync(join(two, 'b.txt'), 1, 1);
    chmodSync(two, 0o700);
    const [first, second] = [await make(one), await make(two)];
    expect(first.key).toBe(second.key);
    expect(listing(first)).toEqual(['./a/', './a/a.txt', './b.txt']);
  });

  test('changes with content, mode of a file, and commit time', async () => {
    const path = folder('one', { 'a.txt': 'a' });
    const { key } = await make(path);
    expect((await make(path, { mtime: 1_700_000_001 })).key).not.toBe(key);
    chmodSync(join(path, 'a.txt'), 0o755);
    const executable = (await make(path)).key;
    expect(executable).not.toBe(key);
    writeFileSync(join(path, 'a.txt'), 'A');
    expect((await make(path)).key).not.toBe(executable);
  });

  test('leaves out what is excluded, at any depth, and keeps links', async () => {
    const path = folder('one', { '.git/config': 'x', 'app/node_modules/x.js': 'x', 'app/a.php': 'a' });
    symlinkSync('a.php', join(path, 'app', 'link.php'));
    expect(listing(await make(path))).toEqual(['./app/', './app/a.php', './app/link.php']);
  });

  test('takes the folder of the app only', async () => {
    const path = folder('one', { 'backend/a.php': 'a', 'docs/b.md': 'b' });
    expect(listing(await make(path, { appRoot: 'backend' }))).toEqual(['./a.php']);
    expect(await refusal(make(path, { appRoot: 'frontend' }))).toContain('does not exist');
  });

  test('comes from an archive as from a folder', async () => {
    const path = folder('one', { 'a.php': 'a', '-rf': 'odd', 'sub/b.php': 'b' });
    const archive = join(root, 'built.tar.gz');
    expect(spawnSync('tar', ['-czf', archive, '-C', path, '.']).status).toBe(0);
    expect((await make(archive)).key).toBe((await make(path)).key);
  });

  test('names what is wrong with its source', async () => {
    expect(await refusal(make(join(root, 'nowhere')))).toContain('does not exist');
    mkdirSync(join(root, 'empty'));
    expect(await refusal(make(join(root, 'empty')))).toContain('is empty, so there is nothing to deploy');
    writeFileSync(join(root, 'broken.tar.gz'), 'no archive');
    expect(await refusal(make(join(root, 'broken.tar.gz')))).toContain('could not be unpacked');
    writeFileSync(join(root, 'app.rar'), '');
    expect(await refusal(make(join(root, 'app.rar')))).toContain('neither a folder nor');
    expect(existsSync(join(root, 'nowhere'))).toBe(false);
  });
});
