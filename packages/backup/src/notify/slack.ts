import type { Secret } from '@ops/shared';
import type { Channel } from './channel.ts';
import { headline, paragraphs, shortened, type Message } from './message.ts';
import { send } from './request.ts';

/** Slack refuses a message with a longer text in a section: https://docs.slack.dev/reference/block-kit/blocks/section-block */
const SECTION_CHARACTERS = 3000;
const HEADER_CHARACTERS = 150;
const SIGN = { failure: ':red_circle:', reminder: ':red_circle:', recovery: ':large_green_circle:' } as const;

/** Posts to an incoming webhook. */
export function slackChannel(address: Secret): Channel {
  return {
    name: 'notify-slack',
    tell: async (message, signal) => send({ method: 'POST', address, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(slackBody(message)) }, signal),
  };
}

/** Text of others stands in plain_text, where nothing means anything, or is escaped: `<!channel>` would wake everybody. */
export function slackBody(message: Message): Readonly<Record<string, unknown>> {
  const title = headline(message);
  const facts = [`<${escaped(message.run)}|Run> in ${escaped(message.repository)}`, ...(message.backupId === null ? [] : [`backup ${escaped(message.backupId)}`])];
  return {
    text: shortened(`${SIGN[message.event]} ${escaped(title)}`, SECTION_CHARACTERS),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: shortened(title, HEADER_CHARACTERS), emoji: false } },
      ...paragraphs(message).map((text) => ({ type: 'section', text: { type: 'plain_text', text: shortened(text, SECTION_CHARACTERS), emoji: false } })),
      { type: 'context', elements: [{ type: 'mrkdwn', text: `${SIGN[message.event]} ${facts.join(' · ')}` }] },
    ],
  };
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
