import { BackupFault } from '../fault.ts';

const EXAMPLE = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';

export interface Recipients {
  readonly recipients: readonly string[];
  /** One sentence per mistake; empty when all is well. */
  readonly problems: readonly string[];
}

/** A plain (`age1…`), tag or post-quantum (`age1pq1…`) recipient by its letters; the checksum is age's to judge. */
const RECIPIENT = /^age1(?:(?:pq|tag|tagpq)1)?[02-9ac-hj-np-z]+$/;
const PLAIN = /^age1(?!pq1|tag1|tagpq1)[02-9ac-hj-np-z]{58}$/;

/**
 * Reads the input `recipients`: one a line, `#` begins a comment. Two distinct ones at least: operations, and a key that
 * stays offline, because a lost key is a lost backup.
 */
export async function parseRecipients(text: string): Promise<Recipients> {
  const lines = text.split('\n').map((line) => line.replace(/#.*$/, '').trim()).flatMap((line) => line.split(/[\s,]+/)).filter((word) => word !== '');
  const problems: string[] = [];
  const recipients = [...new Set(lines)];
  for (const recipient of recipients) {
    const problem = await recipientProblem(recipient);
    if (problem !== undefined) problems.push(problem);
  }
  if (problems.length === 0 && recipients.length < 2) {
    problems.push(`recipients has ${recipients.length === 0 ? 'no recipient' : lines.length > 1 ? 'the same recipient twice' : 'one recipient'}, but needs two different ones: the key of operations and a break-glass key that is kept offline. Make one with \`age-keygen\`; example: ${EXAMPLE}`);
  }
  return { recipients, problems };
}

async function recipientProblem(recipient: string): Promise<string | undefined> {
  if (/^(ssh-|ecdsa-|sk-)/.test(recipient) || recipient.startsWith('AAAA')) return 'recipients contains an SSH key: age could encrypt to it, but such keys are rotated and deleted with people and machines, and a backup must outlive them; make a key of its own with `age-keygen`.';
  if (/^AGE-SECRET-KEY-/i.test(recipient)) return 'recipients contains a secret key (AGE-SECRET-KEY-…): give the public one that `age-keygen -y` prints, and take the secret out of the workflow.';
  if (recipient.startsWith('age1') && !RECIPIENT.test(recipient) || (/^age1(?!pq1|tag1|tagpq1)/.test(recipient) && !PLAIN.test(recipient))) return `recipients: "${short(recipient)}" is not a whole age recipient; example: ${EXAMPLE}`;
  if (!recipient.startsWith('age1')) return `recipients: "${short(recipient)}" is no age recipient; each begins with age1; example: ${EXAMPLE}`;
  const { Encrypter } = await import('age-encryption');
  try {
    new Encrypter().addRecipient(recipient);
    return undefined;
  } catch {
    return `recipients: "${short(recipient)}" has a typing mistake (its checksum is wrong); copy it again.`;
  }
}

/** Throws BackupFault `bad-input` with every mistake. */
export async function requireRecipients(text: string): Promise<readonly string[]> {
  const { recipients, problems } = await parseRecipients(text);
  if (problems.length > 0) throw new BackupFault({ reason: 'bad-input', message: problems.join('\n') });
  return recipients;
}

function short(text: string): string {
  return text.length > 24 ? `${text.slice(0, 20)}…` : text;
}
