import { z } from 'zod';
import { CancelledError, code, createGitHub, escapeText, prose, table, UserError, type GitHub, type GitHubAnswer, type GitHubDeps, type Secret } from '@ops/shared';
import type { Channel } from './channel.ts';
import { markerText, readMarker, withMarker, type Marker } from './issue-marker.ts';
import { headline, paragraphs, shortened, subjectOf, type Message } from './message.ts';
import { CHANNEL_MS } from './request.ts';

/** Open issues that are looked through, those changed last first: ours gets a comment each day. */
const PAGES = 5;
const PAGE_SIZE = 100;
const TITLE_CHARACTERS = 250;
/** Escaping makes a character up to six; GitHub takes 65,536 in all. */
const PARAGRAPH_CHARACTERS = 3000;

const issueSchema = z.object({
  number: z.number(), body: z.string().nullish(), pull_request: z.unknown().optional(), author_association: z.string().optional(),
  user: z.object({ type: z.string().optional() }).nullish(),
});

interface OwnIssue {
  readonly number: number;
  readonly body: string;
  readonly marker: Marker;
}

/** An issue of the repository for each source that fails, closed when it works again. */
export function issueChannel(token: Secret, deps: Omit<GitHubDeps, 'signal'>): Channel {
  const issues = (message: Message, signal: AbortSignal): Issues => new Issues(createGitHub({ ...deps, signal }, token), `/repos/${message.repository}/issues`, message);
  return {
    name: 'notify-issue',
    tell: async (message, signal) => attempt(async () => (message.event === 'recovery' ? issues(message, signal).close() : issues(message, signal).open())),
    settle: async (message, signal) => attempt(async () => issues(message, signal).close()),
  };
}

async function attempt(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof CancelledError) return `GitHub did not answer within ${CHANNEL_MS / 1000} s`;
    if (thrown instanceof IssueRefused || thrown instanceof UserError) return thrown.message;
    throw thrown;
  }
}

/** GitHub said no; the message is a clause. */
class IssueRefused extends Error {}

class Issues {
  readonly #github: GitHub;
  readonly #base: string;
  readonly #message: Message;
  readonly #kind: string;

  constructor(github: GitHub, base: string, message: Message) {
    this.#github = github;
    this.#base = base;
    this.#message = message;
    this.#kind = [message.action, message.mode, ...(message.tier === null ? [] : [message.tier])].join('.');
  }

  /** Opens an issue for what fails, or tells it in the one that is open. */
  async open(): Promise<void> {
    const subject = subjectOf(this.#message);
    const found = (await this.#own([subject]))[0];
    if (found === undefined) {
      const marker = { subject, failing: [this.#kind] };
      await this.#ask('POST', this.#base, { title: shortened(`Backups of ${subject.replaceAll(/\p{C}/gu, ' ')} fail`, TITLE_CHARACTERS), body: `${markerText(marker)}\n${markdown(this.#message)}\n\n${CLOSING}` });
      return;
    }
    if (!found.marker.failing.includes(this.#kind)) await this.#mark(found, [...found.marker.failing, this.#kind]);
    await this.#comment(found, markdown(this.#message));
  }

  /** Tells that this kind of run works again; closes the issue when nothing else fails. Without an open issue there is nothing to do. */
  async close(): Promise<void> {
    // A run that ended before it knew its database has told it under the environment.
    const subjects = [...new Set([subjectOf(this.#message), this.#message.environment])];
    for (const issue of await this.#own(subjects)) {
      if (!issue.marker.failing.includes(this.#kind)) continue;
      const left = issue.marker.failing.filter((kind) => kind !== this.#kind);
      await this.#comment(issue, `${markdown(this.#message)}${left.length === 0 ? '' : `\n\nStill failing: ${left.map((kind) => code(kind)).join(', ')}.`}`);
      await this.#mark(issue, left);
    }
  }

  async #own(subjects: readonly string[]): Promise<readonly OwnIssue[]> {
    const own: OwnIssue[] = [];
    let path: string | undefined = `${this.#base}?state=open&sort=updated&direction=desc&per_page=${PAGE_SIZE}`;
    for (let page = 0; page < PAGES && path !== undefined; page += 1) {
      const answer: GitHubAnswer = await this.#ask('GET', path);
      own.push(...ownOf(answer.body).filter(({ marker }) => subjects.includes(marker.subject)));
      path = answer.next;
    }
    return own;
  }

  async #comment(issue: OwnIssue, body: string): Promise<void> {
    await this.#ask('POST', `${this.#base}/${issue.number}/comments`, { body });
  }

  /** Notes what fails; nothing closes it. */
  async #mark(issue: OwnIssue, failing: readonly string[]): Promise<void> {
    await this.#ask('PATCH', `${this.#base}/${issue.number}`, {
      body: withMarker(issue.body, { subject: issue.marker.subject, failing }),
      ...(failing.length === 0 ? { state: 'closed', state_reason: 'completed' } : {}),
    });
  }

  async #ask(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<GitHubAnswer> {
    const answer = await this.#github.request(method, path, body);
    if (answer.status < 300) return answer;
    const why = answer.status === 401 ? 'github-token is not valid (401)'
      : answer.status === 403 || answer.status === 404 ? `github-token may not write issues (${answer.status}); give the job issues: write`
      : answer.status === 410 ? 'issues are switched off in this repository (410)'
      : `GitHub answered ${answer.status}`;
    throw new IssueRefused(why);
  }
}

/** Issues with our marker. Anybody may write a marker into an issue, so only those of members and apps count. */
function ownOf(body: unknown): readonly OwnIssue[] {
  if (!Array.isArray(body)) return [];
  return body.flatMap((one: unknown) => {
    const issue = issueSchema.safeParse(one);
    if (!issue.success || issue.data.pull_request !== undefined || !trusted(issue.data)) return [];
    const marker = readMarker(issue.data.body ?? '');
    return marker === undefined ? [] : [{ number: issue.data.number, body: issue.data.body ?? '', marker }];
  });
}

function trusted({ user, author_association: association = '' }: z.infer<typeof issueSchema>): boolean {
  return user?.type === 'Bot' || ['OWNER', 'MEMBER', 'COLLABORATOR'].includes(association);
}

const CLOSING = '<sub>Kept by `notify-issue`: a comment each day while it lasts, closed when it works again.</sub>';

/** The message as GitHub markdown; text of others is inert, so it mentions nobody and links nothing. */
function markdown(message: Message): string {
  const run = /^https?:\/\/[^\s()<>]+$/.test(message.run) ? `[${escapeText(message.run.replace(/^.*\/runs\//, ''))}](${message.run})` : escapeText(message.run);
  const rows = [['Run', run], ['Time', escapeText(message.at)], ...(message.since === message.at ? [] : [['Failing since', escapeText(message.since)]]), ...(message.backupId === null ? [] : [['Backup', code(message.backupId)]])];
  return `**${escapeText(headline(message))}**\n\n${paragraphs(message).map((text) => prose(shortened(text, PARAGRAPH_CHARACTERS))).join('\n\n')}\n\n${table(['', ''], rows)}`;
}
