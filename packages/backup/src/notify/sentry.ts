import { Secret, type Random } from '@ops/shared';
import type { Channel } from './channel.ts';
import { headline, paragraphs, shortened, subjectOf, type Message } from './message.ts';
import { send } from './request.ts';
import { parseDsn, type Dsn } from './sentry-dsn.ts';

/** Sentry cuts longer ones: https://develop.sentry.dev/sdk/foundations/transport/event-payloads/ */
const MESSAGE_CHARACTERS = 8000;
const TAG_CHARACTERS = 200;
const CLIENT = 'fwber-ops/1';

/** Sends events to a Sentry project. */
export function sentryChannel(address: Secret, random: Pick<Random, 'hex'>): Channel {
  const dsn = parseDsn(address);
  return {
    name: 'notify-sentry',
    tell: async (message, signal) => send({
      method: 'POST', address: new Secret(dsn.endpoint),
      headers: { 'content-type': 'application/x-sentry-envelope', 'x-sentry-auth': authorization(dsn) },
      body: envelope(message, random.hex(16)),
    }, signal),
  };
}

function authorization(dsn: Dsn): string {
  return `Sentry sentry_version=7, sentry_client=${CLIENT}, sentry_key=${dsn.publicKey}${dsn.secretKey === undefined ? '' : `, sentry_secret=${dsn.secretKey}`}`;
}

/**
 * An envelope with one event; `/store/` is deprecated. https://develop.sentry.dev/sdk/foundations/transport/envelopes/
 * A failure and its reminders are one issue there; a recovery is another, since an event for an issue that somebody resolved
 * would open it again as a regression.
 */
export function envelope(message: Message, eventId: string): string {
  const event = JSON.stringify({
    event_id: eventId, timestamp: message.at, platform: 'other', logger: 'fwber/ops', level: message.event === 'recovery' ? 'info' : 'error',
    logentry: { formatted: shortened([headline(message), ...paragraphs(message)].join('\n'), MESSAGE_CHARACTERS) },
    environment: message.environment,
    fingerprint: ['fwber-ops', message.action, message.mode, subjectOf(message), message.tier ?? '', message.event === 'recovery' ? 'recovery' : 'failure'],
    tags: tagsOf(message),
    extra: { run: message.run, since: message.since, backup_id: message.backupId, remedy: message.remedy, note: message.note },
  });
  return [JSON.stringify({ event_id: eventId, sent_at: message.at }), JSON.stringify({ type: 'event', content_type: 'application/json', length: Buffer.byteLength(event) }), event, ''].join('\n');
}

/** Values without line breaks and not empty: Sentry drops others. */
function tagsOf({ action, mode, tier, source, reason, event, repository }: Message): Readonly<Record<string, string>> {
  const tags = { action, mode, tier, source, reason, event, repository };
  return Object.fromEntries(Object.entries(tags).flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, shortened(value.replaceAll(/\s+/g, ' '), TAG_CHARACTERS)]])));
}
