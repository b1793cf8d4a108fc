import { BackupFault } from '../fault.ts';

const IDENTITY = /^AGE-SECRET-KEY-(PQ-)?1[02-9AC-HJ-NP-Z]+$/;

/** The keys in the text of an identity file: one a line, `#` begins a comment. */
export function identityLines(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * The public recipients of the keys in an identity, for comparison with a manifest's.
 * Throws BackupFault `bad-input` when it holds none, or something else; never shows any of it.
 */
export async function identityRecipients(text: string): Promise<readonly string[]> {
  const lines = identityLines(text);
  if (lines.some((line) => /^-----BEGIN .*PRIVATE KEY-----/.test(line))) throw bad('is an SSH or PEM key');
  if (lines.some((line) => line.startsWith('age1'))) throw bad('is a recipient, the public half');
  if (lines.length === 0) throw bad('is empty');
  const { identityToRecipient } = await import('age-encryption');
  const recipients: string[] = [];
  for (const line of lines) {
    if (!IDENTITY.test(line)) throw bad('has a line that is no age key');
    try {
      recipients.push(await identityToRecipient(line));
    } catch {
      throw bad('has a key with a typing mistake (its checksum is wrong)');
    }
  }
  return recipients;
}

/** Throws BackupFault `identity-wrong` unless one of the keys opens what was encrypted for `recipients`. */
export async function requireFittingIdentity(text: string, recipients: readonly string[]): Promise<void> {
  const own = await identityRecipients(text);
  if (!own.some((recipient) => recipients.includes(recipient))) throw wrongIdentity(recipients, own);
}

/** The fault for a key that does not open a backup; names the public halves of those that do. */
export function wrongIdentity(recipients: readonly string[], own: readonly string[] = []): BackupFault {
  return new BackupFault({
    reason: 'identity-wrong',
    message: `The given identity${own.length === 0 ? '' : ` (${own.join(', ')})`} does not open this backup, which was encrypted for ${recipients.join(' and ')}.`,
    remedy: 'Give the input `identity` the secret key of one of these recipients; `age-keygen -y KEYFILE` prints which recipient a key file belongs to.',
  });
}

function bad(what: string): BackupFault {
  return new BackupFault({ reason: 'bad-input', message: `identity ${what}; it must hold lines of \`age-keygen\` that begin with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1.` });
}
