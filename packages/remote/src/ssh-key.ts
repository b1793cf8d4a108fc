import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError, type Deps, type Secret } from '@ops/shared';

const CHECK_TIMEOUT_MS = 10_000;

/**
 * A private key as OpenSSH wants it: no carriage returns, no blanks around lines, no byte order mark, a newline at the
 * end. Web forms and secret stores do all of that to keys; a key whose newlines became the two characters `\n` is mended too.
 */
export function normaliseKey(text: string): string {
  const unescaped = text.includes('\n') ? text : text.replaceAll('\\r', '').replaceAll('\\n', '\n');
  const lines = unescaped.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/).map((line) => line.trim());
  return `${lines.join('\n').trim()}\n`;
}

/** Checks a normalised key with `ssh-keygen -y`. Throws UserError `auth` that says what the text is instead. */
export async function checkKey(key: string, deps: Pick<Deps, 'exec' | 'env' | 'context'>): Promise<void> {
  const known = misfit(key);
  if (known !== undefined) throw new UserError({ reason: 'auth', ...known });
  const dir = await mkdtemp(join(deps.context.tempDir, 'ops-key-'));
  try {
    const file = join(dir, 'key');
    await writeFile(file, key, { mode: 0o600, flag: 'wx' });
    const result = await deps.exec.run({
      file: 'ssh-keygen', args: ['-y', '-P', '', '-f', file], timeoutMs: CHECK_TIMEOUT_MS,
      env: { PATH: deps.env['PATH'], HOME: deps.env['HOME'], LC_ALL: 'C' },
    });
    if (result.exit === 0) return;
    throw new UserError({ reason: 'auth', ...refusal(result.stderr) });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

interface Words {
  readonly message: string;
  readonly remedy: string;
}

const REMEDY = 'Store the whole text of the private key file, from its BEGIN line to its END line, as the secret.';

function misfit(key: string): Words | undefined {
  if (key.trim() === '') return { message: 'The ssh key is empty; probably the secret is not defined for this environment.', remedy: REMEDY };
  if (key.startsWith('PuTTY-User-Key-File')) {
    return { message: 'The ssh key is in the format of PuTTY.', remedy: 'Convert it with "puttygen key.ppk -O private-openssh -o key" and store the result.' };
  }
  if (/^(?:ssh-|ecdsa-|sk-|---- BEGIN SSH2 PUBLIC)/.test(key)) return { message: 'The ssh key is a public key; the private one is needed.', remedy: REMEDY };
  if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n/.test(key)) return { message: 'The ssh key does not begin with "-----BEGIN … PRIVATE KEY-----".', remedy: REMEDY };
  if (!/\n-----END [A-Z ]*PRIVATE KEY-----\n$/.test(key)) return { message: 'The ssh key has no END line; it was cut off.', remedy: REMEDY };
  return undefined;
}

function refusal(stderr: string): Words {
  if (/passphrase/i.test(stderr)) {
    return { message: 'The ssh key is protected by a passphrase, which nobody can type in a workflow.', remedy: 'Make a key without one for this purpose: ssh-keygen -t ed25519 -N "" -f deploy_key' };
  }
  return { message: 'The ssh key cannot be read; some of its characters were lost or changed.', remedy: REMEDY };
}

/** The key as a 0600 file in a private directory. */
export async function writeKey(dir: string, key: Secret, deps: Pick<Deps, 'exec' | 'env' | 'context'>): Promise<string> {
  const text = normaliseKey(key.reveal());
  await checkKey(text, deps);
  const file = join(dir, 'key');
  await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  return file;
}
