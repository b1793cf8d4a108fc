import { afterAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@ops/shared';
import { normaliseKey } from './ssh-key.ts';
import { keyscanLine, prepareSsh, sshArgs } from './ssh.ts';
import { testDeps } from './testing.ts';

const dir = mkdtempSync(join(tmpdir(), 'ops-key-test-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let made = 0;
function makeKey(type: string, passphrase = ''): string {
  made += 1;
  const file = join(dir, `key-${made}`);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-f', file]);
  return readFileSync(file, 'utf8');
}

const prepare = (key: string): ReturnType<typeof prepareSsh> => prepareSsh({ key: new Secret(key), knownHosts: 'a\r\nb', bastion: undefined, connectTimeoutMs: 10_000 }, testDeps(dir));

describe('an ssh key', () => {
  test.each(['ed25519', 'ecdsa', 'rsa'])('of type %s is mended and taken', async (type) => {
    const key = makeKey(type);
    for (const bent of [key, key.trim(), key.replaceAll('\n', '\r\n'), `\uFEFF\n\n ${key.replaceAll('\n', ' \n  ')}\n\n`, key.trim().replaceAll('\n', '\\n')]) {
      expect(normaliseKey(bent)).toBe(key);
      await expect(prepare(bent)).resolves.toMatchObject({ connectTimeoutMs: 10_000 });
    }
  });

  test.each([
    ['', 'The ssh key is empty'],
    ['hello', 'does not begin with'],
    ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ kim', 'is a public key'],
    ['PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none', 'puttygen'],
  ])('that is "%s" is refused with its reason', async (key, why) => {
    await expect(prepare(key)).rejects.toMatchObject({ reason: 'auth' });
    const error: unknown = await prepare(key).catch((thrown: unknown) => thrown);
    expect(error instanceof Error && 'remedy' in error ? `${error.message} ${String(error.remedy)}` : '').toContain(why);
  });

  test('with a passphrase, cut off or damaged is refused with its reason', async () => {
    await expect(prepare(makeKey('ed25519', 'secret'))).rejects.toMatchObject({ reason: 'auth', message: expect.stringContaining('protected by a passphrase') });
    const key = makeKey('ed25519', '').split('\n');
    await expect(prepare(key.slice(0, 4).join('\n'))).rejects.toMatchObject({ message: expect.stringContaining('no END line') });
    await expect(prepare(key.filter((_line, index) => index !== 2).join('\n'))).rejects.toMatchObject({ message: expect.stringContaining('cannot be read') });
  });
});

describe('prepareSsh', () => {
  test('writes private files and removes them', async () => {
    const deps = testDeps(mkdtempSync(join(dir, 'run-')));
    const access = await prepareSsh({ key: new Secret(makeKey('ed25519', '')), knownHosts: 'a\r\nb', bastion: 'jump@gate.example.com:2200, j2@[2001:db8::2]', connectTimeoutMs: 2_500 }, deps);
    const folder = join(access.configFile, '..');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'known_hosts'), 'utf8')).toBe('a\nb\n');
    expect(readFileSync(access.configFile, 'utf8')).toContain('\nConnectTimeout 3\n');
    expect(sshArgs(access, { user: 'deploy', host: '2001:db8::1', port: 22 }, 'true')).toEqual(
      ['-F', access.configFile, '-T', '-J', 'jump@gate.example.com:2200,j2@[2001:db8::2]:22', '-p', '22', '-l', 'deploy', '--', '2001:db8::1', 'true'],
    );
    for (const undo of [...deps.undo, ...deps.undo]) await undo();
    expect(readdirSync(deps.context.tempDir)).toEqual([]);
  });

  test('refuses a bastion that is none', async () => {
    await expect(prepareSsh({ key: undefined, knownHosts: undefined, bastion: '-oProxyCommand=x', connectTimeoutMs: 1 }, testDeps(dir))).rejects.toMatchObject({ reason: 'input', message: expect.stringContaining('begins with a hyphen') });
  });

  test('names the line that learns host keys', () => {
    expect(keyscanLine({ host: 'app1.example.com', port: 22 })).toBe('ssh-keyscan app1.example.com');
    expect(keyscanLine({ host: 'app1.example.com', port: 2222 })).toBe('ssh-keyscan -p 2222 app1.example.com');
  });
});
