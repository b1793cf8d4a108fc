/** The channels against real servers: what is sent, and what is said of one that does not take it. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { realClock, realRandom, Secret } from '@ops/shared';
import { announce, settle, type Channel } from '../src/notify/channel.ts';
import { notifyFromInputs, type NotifyConfig } from '../src/notify/config.ts';
import { issueChannel } from '../src/notify/issue.ts';
import type { Message } from '../src/notify/message.ts';
import { send } from '../src/notify/request.ts';
import { invalid, notPermitted, startGithub, type FakeGithub } from '../../../test/support/github.ts';
import { answer, Authority, freePort, reset, serve } from '../../../test/support/http.ts';
import { openMailbox, type Mailbox } from '../../../test/support/mailbox.ts';

const forever = new AbortController().signal;
const TOKEN = 'hunter2-hunter2-hunter2';
const message: Message = {
  version: 1, event: 'failure', verdict: 'fail', reason: 'dump-failed', sentence: 'mysqldump ended with 2: <!channel> & `@all` said no.', remedy: 'Run it by hand.',
  since: '2026-11-25T12:00:00.000Z', note: null, environment: 'production', source: 'production-shop', action: 'db-backup', mode: 'backup', tier: 'daily',
  backupId: null, at: '2026-11-25T12:00:00.000Z', run: 'https://github.com/acme/shop/actions/runs/7/attempts/1', repository: 'acme/shop',
};
const reminder: Message = { ...message, event: 'reminder', at: '2026-11-26T12:00:00.000Z' };
const recovery: Message = { ...message, event: 'recovery', verdict: 'pass', reason: null, sentence: 'Backup THE_ID is verified.', remedy: null, backupId: 'THE_ID', at: '2026-11-27T12:00:00.000Z' };

let warnings: string[];
const log = { warning: (text: string) => { warnings.push(text); } };
beforeEach(() => { warnings = []; });
// Whatever a channel says of itself, it never says where it is.
afterEach(() => { for (const text of warnings) expect(text).not.toMatch(/hunter2|127\.0\.0\.1|hooks/); });

function config(given: Partial<Record<'notify-webhook' | 'notify-slack' | 'notify-sentry' | 'ping-url', string>>, masked: string[] = []): NotifyConfig {
  const secretOf = (name: keyof typeof given): Secret | undefined => (given[name] === undefined ? undefined : new Secret(given[name]));
  return notifyFromInputs({
    'notify-webhook': secretOf('notify-webhook'), 'notify-slack': secretOf('notify-slack'), 'notify-sentry': secretOf('notify-sentry'), 'ping-url': secretOf('ping-url'),
    'notify-issue': false, 'github-token': undefined, 'pushgateway-url': undefined, 'metrics-prefix': 'fwber_backups',
  }, { clock: realClock, random: realRandom, context: { apiUrl: '', repository: 'acme/shop' }, mask: (part) => { masked.push(part); } }, []);
}

describe('what is sent', () => {
  test('webhook: the message as JSON, of a version, with the login of the address as a header', async () => {
    await using box = await openMailbox();
    expect(await announce(config({ 'notify-webhook': `http://ann:p%40ss@127.0.0.1:${box.port}/hook/${TOKEN}?a=b` }).channels, message, log, forever)).toBe(true);
    expect(box.mail).toMatchObject([{ method: 'POST', path: `/hook/${TOKEN}?a=b`, json: message }]);
    expect(box.mail[0]?.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'user-agent': 'fwber-ops', authorization: `Basic ${Buffer.from('ann:p@ss').toString('base64')}` });
    expect(Object.keys(message).sort()).toEqual(['action', 'at', 'backupId', 'environment', 'event', 'mode', 'note', 'reason', 'remedy', 'repository', 'run', 'sentence', 'since', 'source', 'tier', 'verdict', 'version']);
  });

  test('Slack: a header, a section for each paragraph, a link; text of others wakes nobody', async () => {
    await using box = await openMailbox();
    await announce(config({ 'notify-slack': `${box.url}/services/${TOKEN}` }).channels, { ...message, source: 'shop <!here>', note: 'x'.repeat(5000) }, log, forever);
    expect(box.mail[0]?.json).toEqual({
      text: ':red_circle: Backup: shop &lt;!here&gt;, daily failed (dump-failed)',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'Backup: shop <!here>, daily failed (dump-failed)', emoji: false } },
        { type: 'section', text: { type: 'plain_text', text: message.sentence, emoji: false } },
        { type: 'section', text: { type: 'plain_text', text: 'Run it by hand.', emoji: false } },
        { type: 'section', text: { type: 'plain_text', text: expect.stringMatching(/^x{2999}…$/), emoji: false } },
        { type: 'context', elements: [{ type: 'mrkdwn', text: `:red_circle: <${message.run}|Run> in acme/shop` }] },
      ],
    });
    await announce(config({ 'notify-slack': `${box.url}/services/${TOKEN}` }).channels, recovery, log, forever);
    expect(box.mail[1]?.json).toMatchObject({ text: ':large_green_circle: Backup: production-shop, daily works again; it failed since 2026-11-25 12:00 UTC' });
  });

  test('Sentry: an envelope with one event, to the project of the DSN', async () => {
    await using box = await openMailbox();
    const { channels } = config({ 'notify-sentry': `http://${TOKEN}@127.0.0.1:${box.port}/sub/path/42` });
    for (const one of [message, reminder, recovery]) await announce(channels, one, log, forever);
    expect(box.mail.map(({ method, path }) => `${method} ${path}`)).toEqual(Array.from({ length: 3 }, () => 'POST /sub/path/api/42/envelope/'));
    expect(box.mail[0]?.headers).toMatchObject({ 'content-type': 'application/x-sentry-envelope', 'x-sentry-auth': `Sentry sentry_version=7, sentry_client=fwber-ops/1, sentry_key=${TOKEN}` });
    const events = box.mail.map(({ text }) => {
      // Header line, item header line, as many bytes as it says, line break: https://develop.sentry.dev/sdk/foundations/transport/envelopes/
      const [header = '', item = '', payload = '', end, ...more] = text.split('\n');
      expect({ end, more }).toEqual({ end: '', more: [] });
      expect(JSON.parse(item)).toEqual({ type: 'event', content_type: 'application/json', length: Buffer.byteLength(payload) });
      const event: Record<string, unknown> = JSON.parse(payload);
      expect(event['event_id']).toMatch(/^[0-9a-f]{32}$/);
      expect(JSON.parse(header)).toEqual({ event_id: event['event_id'], sent_at: event['timestamp'] });
      return event;
    });
    expect(events[0]).toMatchObject({
      level: 'error', platform: 'other', environment: 'production', timestamp: message.at,
      logentry: { formatted: `Backup: production-shop, daily failed (dump-failed)\n${message.sentence}\nRun it by hand.` },
      tags: { action: 'db-backup', mode: 'backup', tier: 'daily', source: 'production-shop', reason: 'dump-failed', event: 'failure', repository: 'acme/shop' },
    });
    // A reminder belongs to the failure. A recovery is an issue of its own: it must not open again what somebody resolved.
    expect(events[1]?.['fingerprint']).toEqual(events[0]?.['fingerprint']);
    expect(events[2]).toMatchObject({ level: 'info', fingerprint: ['fwber-ops', 'db-backup', 'backup', 'production-shop', 'daily', 'recovery'] });
    expect(new Set(events.map((event) => event['event_id'])).size).toBe(3);
  });

  test('all of an address that gives it away is masked', () => {
    const masked: string[] = [];
    config({ 'notify-slack': 'https://hooks.slack.com/services/T0/B0/hunter2', 'notify-sentry': `https://${TOKEN}@o1.ingest.sentry.io/42`, 'ping-url': 'https://hc-ping.com/0a1b2c3d-0a1b-2c3d' }, masked);
    expect(masked).toEqual(expect.arrayContaining(['/services/T0/B0/hunter2', TOKEN, '/0a1b2c3d-0a1b-2c3d']));
    expect(masked).not.toContain('/42');
  });
});

describe('a channel that does not take it is one warning, and the others go on', () => {
  let closed: number;
  beforeAll(async () => { closed = await freePort(); });
  const three = (box: Mailbox): readonly Channel[] => config({ 'notify-webhook': `${box.url}/${TOKEN}`, 'notify-slack': `http://127.0.0.1:${closed}/services/hunter2`, 'notify-sentry': `${box.url.replace('http://', `http://${TOKEN}@`)}/1` }).channels;

  test.each<[number, Record<string, string>, string]>([
    [500, {}, 'it answered 500 (the other side has a problem)'],
    [404, {}, 'it answered 404 (is the address still right?)'],
    [429, {}, 'it answered 429 (it takes no more for now)'],
    [400, {}, 'it answered 400 (it does not take what was sent)'],
    [302, { location: 'http://127.0.0.1:9/elsewhere' }, 'it answered 302 (it sends us elsewhere, which is not followed)'],
  ])('an answer of %s', async (status, headers, why) => {
    await using box = await openMailbox();
    box.answer(status, headers);
    expect(await announce(three(box), message, log, forever)).toBe(false);
    expect(warnings.toSorted()).toEqual([
      `notify-sentry: the message was not delivered, because ${why}.`,
      'notify-slack: the message was not delivered, because nobody listens there.',
      `notify-webhook: the message was not delivered, because ${why}.`,
    ]);
  });

  test('one of three that takes it is enough to have told it', async () => {
    await using box = await openMailbox();
    expect(await announce(three(box), message, log, forever)).toBe(true);
    expect(box.mail).toHaveLength(2);
    expect(warnings).toHaveLength(1);
  });

  test('a silent one costs ten seconds, all together', async () => {
    await using box = await openMailbox();
    box.answer(0);
    const never: Channel = { name: 'notify-webhook', tell: (_message, signal) => new Promise((_done, fail) => { signal.addEventListener('abort', () => fail(new Error('it did not answer in time'))); }) };
    expect(await announce([never, ...three(box)], message, log, forever)).toBe(false);
    expect(warnings).toContain('notify-webhook: the message was not delivered, because it did not answer within 10 s.');
    expect(warnings).toContain('notify-webhook: the message was not delivered, because it did not answer in time.');
  });

  test('a cancelled run waits for none', async () => {
    await using box = await openMailbox();
    box.answer(0);
    await announce(three(box), message, log, AbortSignal.abort());
    expect(warnings).toContain('notify-webhook: the message was not delivered, because the run was cancelled.');
  });

  test('a name that nobody knows, a certificate that nobody signed, a connection that breaks', async () => {
    using authority = new Authority();
    await using secure = await serve(answer(200, 'ok'), { tls: authority.issue() });
    await using breaking = await serve(reset);
    const post = (address: string): Promise<string | undefined> => send({ method: 'POST', address: new Secret(address), body: '{}' }, forever);
    expect(await post('https://hunter2.invalid/hook')).toMatch(/^its name (?:is not known|could not be looked up)$/);
    expect(await post(`${secure.origin}/hunter2`)).toMatch(/^its certificate is not accepted \([A-Z_]+\)$/);
    expect(secure.received).toEqual([]);
    expect(await post(`${breaking.origin}/hunter2`)).toBe('the connection was cut');
  });
});

describe('an issue of the repository', () => {
  const channel = (github: FakeGithub): Channel => issueChannel(new Secret('ghs_token'), { clock: realClock, context: { apiUrl: github.url } });
  const tell = async (github: FakeGithub, ...messages: readonly Message[]): Promise<void> => { for (const one of messages) await announce([channel(github)], one, log, forever); };

  test('is opened on a failure, commented on each day, closed with a comment when it works again', async () => {
    await using github = await startGithub({ token: 'ghs_token' });
    await tell(github, message);
    expect(github.issues).toMatchObject([{ title: 'Backups of production-shop fail', state: 'open', comments: [] }]);
    const body = github.issues[0]?.body ?? '';
    expect(body).toContain('**Backup: production-shop, daily failed (dump-failed)**');
    // What others wrote mentions nobody, and is no HTML.
    expect(body).toContain('&lt;!channel&gt; &amp; <code>&#64;all</code> said no.');
    expect(body).toContain(`(${message.run})`);
    await tell(github, reminder);
    expect(github.issues).toMatchObject([{ state: 'open', comments: [expect.stringContaining('still fails (dump-failed), since 2026-11-25 12:00 UTC')] }]);
    await tell(github, recovery);
    expect(github.issues).toMatchObject([{ state: 'closed', state_reason: 'completed', comments: [expect.anything(), expect.stringContaining('works again; it failed since')] }]);
    await tell(github, message);
    expect(github.issues.map(({ state }) => state)).toEqual(['closed', 'open']);
    expect(warnings).toEqual([]);
  });

  test('is one for each source, and stays open until every kind of run works', async () => {
    await using github = await startGithub();
    const frequent = { ...message, tier: 'frequent' };
    await tell(github, message, frequent, { ...message, source: 'production-cms' });
    expect(github.issues.map(({ title, comments }) => [title, comments.length])).toEqual([['Backups of production-shop fail', 1], ['Backups of production-cms fail', 0]]);
    await tell(github, recovery);
    expect(github.issues[0]).toMatchObject({ state: 'open', comments: [expect.anything(), expect.stringContaining('Still failing: <code>db-backup.backup.frequent</code>.')] });
    await tell(github, { ...recovery, tier: 'frequent' });
    expect(github.issues.map(({ state }) => state)).toEqual(['closed', 'open']);
  });

  test('is found on a later page, and opened again by a reminder when a person closed it', async () => {
    await using github = await startGithub();
    await tell(github, message);
    for (let count = 0; count < 130; count += 1) github.addIssue({ title: `other ${count}` });
    await tell(github, reminder);
    expect(github.issues).toHaveLength(131);
    expect(github.issues[0]?.comments).toHaveLength(1);
    await fetch(`${github.url}/repos/acme/shop/issues/1`, { method: 'PATCH', headers: { authorization: 'token x' }, body: JSON.stringify({ state: 'closed' }) });
    await tell(github, reminder);
    expect(github.issues.filter(({ title }) => title.startsWith('Backups'))).toHaveLength(2);
  });

  test('of a stranger that copies our mark is left alone, and so is a pull request', async () => {
    await using github = await startGithub();
    await tell(github, message);
    const { body = '' } = github.issues[0] ?? {};
    await using other = await startGithub();
    other.addIssue({ body });
    other.addIssue({ body, user: { login: 'app', type: 'Bot' }, pull_request: {} });
    await tell(other, message);
    expect(other.issues).toHaveLength(3);
    other.addIssue({ body, author_association: 'MEMBER', state: 'closed' });
    await tell(other, recovery);
    expect(other.issues.map(({ state }) => state)).toEqual(['open', 'open', 'closed', 'closed']);
  });

  test('of a run that never learned its database is closed by the next good run', async () => {
    await using github = await startGithub();
    await tell(github, { ...message, source: null, reason: 'host-unreachable' });
    expect(github.issues).toMatchObject([{ title: 'Backups of production fail', state: 'open' }]);
    await settle([channel(github)], { ...recovery, since: recovery.at }, log, forever);
    expect(github.issues).toMatchObject([{ state: 'closed', comments: [expect.stringMatching(/works again\*\*/)] }]);
    // And a good run without an open issue says nothing.
    await settle([channel(github)], recovery, log, forever);
    expect(github.issues[0]?.comments).toHaveLength(1);
  });

  test('has a name that cannot break out of its mark', async () => {
    await using github = await startGithub();
    const source = '--> shop <!-- é\u0000\n%';
    await tell(github, { ...message, source }, { ...reminder, source }, { ...recovery, source });
    expect(github.issues).toMatchObject([{ state: 'closed', comments: [expect.anything(), expect.anything()] }]);
    expect(github.issues[0]?.body.split('\n')[0]).toMatch(/^<!-- [^<>]* -->$/);
  });

  test.each<[string, () => Parameters<FakeGithub['fail']>[1], string]>([
    ['a token without the right', () => notPermitted, 'github-token may not write issues (403); give the job issues: write'],
    ['a repository without issues', () => ({ status: 410, body: {} }), 'issues are switched off in this repository (410)'],
    ['a token that is none', () => ({ status: 401, body: {} }), 'github-token is not valid (401)'],
    ['an answer that nobody expects', () => invalid('no'), 'GitHub answered 422'],
  ])('%s is one warning', async (_name, refusal, why) => {
    await using github = await startGithub();
    github.fail('GET /repos/:owner/:repo/issues', refusal());
    await tell(github, message);
    expect(warnings).toEqual([`notify-issue: the message was not delivered, because ${why}.`]);
  });
});
