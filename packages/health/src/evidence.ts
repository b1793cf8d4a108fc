import { STATUS_CODES } from 'node:http';
import { Secret } from '@ops/shared';
import type { Check } from './check.ts';
import type { Observation } from './observation.ts';

const MAX_CHARACTERS = 200;

/**
 * What was seen, short enough for a log line. Bodies leak names, paths and exceptions: at most 200
 * characters of one stay, without markup, control characters, addresses of people and the check's own secrets.
 */
export function evidenceOf(check: Check, observation: Observation): string {
  if (observation.kind === 'failure') return redact(observation.detail, check);
  const media = observation.headers['content-type']?.split(';')[0]?.trim();
  const excerpt = redact(excerptOf(observation.body), check);
  return [statusText(observation.status), media, excerpt === '' ? 'empty body' : excerpt].filter((part) => part !== undefined).join(' · ');
}

/** `503 Service Unavailable`. */
export function statusText(status: number): string {
  return [String(status), STATUS_CODES[status]].filter((part) => part !== undefined).join(' ');
}

function excerptOf(body: string): string {
  const head = body.slice(0, 16_384);
  if (!/<(?:!doctype|html|body)/i.test(head)) return head;
  return head.replace(/<(style|script)\b[\s\S]*?(?:<\/\1>|$)/gi, ' ').replace(/<[^>]*>/g, ' ');
}

/** Foreign text as one short, harmless line. */
export function redact(text: string, check?: Pick<Check, 'headers'>, limit = MAX_CHARACTERS): string {
  let line = text;
  for (const value of Object.values(check?.headers ?? {})) {
    const hidden = value instanceof Secret ? value.reveal() : '';
    for (const form of [hidden, hidden.split(' ').at(-1) ?? '']) if (form.length >= 4) line = line.replaceAll(form, '[secret]');
  }
  line = line
    // oxlint-disable-next-line no-control-regex -- control characters are what this removes
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .replace(/[\w.+-]+@[\w-]+\.[\w.-]+/g, '[address]')
    .replace(/\b(password|passwd|secret|token|api[_-]?key)(["']?\s*[=:]\s*["']?)[^\s"',&{}[\]]+/gi, '$1$2[secret]')
    // The runner obeys `##[` anywhere in a line and `::` at its start.
    .replaceAll('##[', '# #[')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^::/, ': :');
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}
