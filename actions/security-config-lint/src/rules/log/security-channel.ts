import { z } from 'zod';
import type { App } from '../../app.ts';
import { activeChannels } from '../../facts/log-channels.ts';
import { callsIn, literalsOf } from '../../facts/php-calls.ts';
import type { Finding, Safe, Undecided } from '../../finding.ts';
import { judged } from '../../judgement.ts';
import { withOptions } from '../../rule.ts';
import { configValue, findingOf } from '../../subject-value.ts';
import { SECURITY_CHANNELS } from './channels.ts';

export const SECURITY_CHANNEL_OPTIONS = z.strictObject({ 'security-channels': SECURITY_CHANNELS });
export const CHANNEL_WORDS = ['channel(', 'stack('];

export const checkSecurityChannel = withOptions(SECURITY_CHANNEL_OPTIONS, (app, { 'security-channels': names }) => {
  const { channels, missing, undecided } = activeChannels(app);
  const findings: Finding[] = missing.map((asked) => findingOf(app, asked, {
    severity: 'medium', so: 'the name of no channel, so Laravel logs to its emergency log instead', rank: 2, remedy: `Define it in \`logging.channels\`, or take it out${asked.key === undefined ? '' : ` of \`${asked.key}\``}.`,
  }, 'not defined'));
  const safe: Safe[] = [];
  const open: Undecided[] = [...undecided];
  const inCode = channelsInCode(app);
  const used = names.filter((name) => inCode.names.has(name) || channels.some((channel) => channel.name === name));
  for (const name of used) {
    const { value, subject } = configValue(app, `logging.channels.${name}`);
    if (value.kind !== 'unset') safe.push({ subject, shown: 'used', trace: value.trace });
    else if (!missing.some((each) => each.subject.endsWith(`[${name}]`))) findings.push(findingOf(app, { subject, value, key: undefined }, { severity: 'medium', so: `and ${inCode.names.get(name) ?? 'code'} logs to it, so Laravel uses its emergency log instead`, rank: 2, remedy: `Define \`${subject}\`.` }, 'not defined'));
  }
  if (used.length === 0) {
    const subject = { subject: 'logging.channels', value: app.laravel.config('logging.default'), key: undefined };
    const none = { severity: 'medium', so: `none of ${names.join(', ')}, neither in the stack nor in code`, rank: 1, remedy: `Define a channel \`${names[0] ?? 'security'}\`, and log logins, refusals and changes of rights to it.` } as const;
    if (inCode.computed === undefined) findings.push(findingOf(app, subject, none, 'without a channel for security'));
    else open.push({ subject: subject.subject, reason: 'expression', why: `${inCode.computed} computes the name of the channel that it logs to`, trace: subject.value.trace });
  }
  return judged({ findings, safe, undecided: open }, '');
});

interface InCode {
  /** Name to the file that logs to it. */
  readonly names: ReadonlyMap<string, string>;
  /** A file that computes a name. */
  readonly computed: string | undefined;
}

/** `Log::channel('security')`, `logger()->channel('security')`, `Log::stack(['security', 'slack'])`. */
function channelsInCode({ laravel }: App): InCode {
  const names = new Map<string, string>();
  let computed: string | undefined;
  for (const path of laravel.filesWith(CHANNEL_WORDS).filter((file) => !/^(?:config|tests|database)\//.test(file))) {
    const file = laravel.php(path);
    for (const call of file === undefined ? [] : callsIn(file, ['channel', 'stack'])) {
      const given = call.argument(call.name.toLowerCase() === 'stack' ? 'channels' : 'channel', 0);
      // Of broadcasting, not of logs.
      if (given === undefined || (call.on !== undefined && !call.on.endsWith('Log'))) continue;
      const literals = literalsOf(given);
      for (const literal of literals ?? []) if (literal.kind === 'text') names.set(literal.text, path);
      if (call.on !== undefined && (literals === undefined || literals.some(({ kind }) => kind === 'other'))) computed = path;
    }
  }
  return { names, computed };
}
