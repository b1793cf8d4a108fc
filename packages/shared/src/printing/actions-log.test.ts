import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCommand } from '../../../../test/support/runner/commands.ts';
import { ActionsLog } from './actions-log.ts';
import { fileCommand, looksLikeCommand, workflowCommand } from './command.ts';
import { Redactor } from './redactor.ts';

function sink(...secrets: readonly string[]): { readonly log: ActionsLog; readonly raw: string[] } {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  const raw: string[] = [];
  let turn = 0;
  return { log: new ActionsLog((text) => raw.push(...text.replace(/\n$/, '').split('\n')), redactor, () => `token${(turn += 1)}`), raw };
}

/** What a runner obeys: commands outside a fence. */
function obeyed(raw: readonly string[]): string[] {
  let token: string | undefined;
  return raw.flatMap((line) => {
    const command = parseCommand(line);
    if (command === undefined) return [];
    if (token !== undefined) {
      if (command.name === token) token = undefined;
      return [];
    }
    if (command.name === 'stop-commands') token = command.value;
    return [command.name];
  });
}

describe('foreign text', () => {
  test('carries its origin on every line', () => {
    const { log, raw } = sink();
    log.foreign('app1', 'one\r\ntwo\n');
    expect(raw).toEqual(['app1 | one', 'app1 | two']);
  });

  test.each(['::error::forged', '  ::set-output name=a::b', 'x ##[error]forged', '##[add-mask]a'])('%j is fenced', (text) => {
    for (const prefix of ['', 'app1']) {
      const { log, raw } = sink();
      log.foreign(prefix, text);
      expect(raw).toEqual(['::stop-commands::token1', prefix === '' ? text : `${prefix} | ${text}`, '::token1::']);
    }
  });

  test('terminal sequences go, control characters show', () => {
    const { log, raw } = sink();
    log.foreign('php', '\u001b[32mgreen\u001b[0m \u0007\u202E\u0085 a\rb');
    expect(raw).toEqual(['php | green ␇\\u202e\\u0085 a', 'php | b']);
  });

  test('a colour in the middle of a secret does not hide it', () => {
    const { log, raw } = sink('hunter22secret');
    log.foreign('php', 'hunter22\u001b[31msecret');
    expect(raw).toEqual(['php | ***']);
  });

  test('whatever is printed, the runner obeys nothing but fences', () => {
    const nasty = fc.array(fc.oneof(fc.string(), fc.constantFrom('::', '##[', 'error', ']', '\n', '\r', ' ', '\u001b[0m', '\t', '::stop-commands::x', '\u0000', 'add-mask')), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(fc.property(nasty, fc.constantFrom('', 'app1'), (text, prefix) => {
      const { log, raw } = sink();
      log.foreign(prefix, text);
      log.info(text);
      expect(obeyed(raw).filter((name) => name !== 'stop-commands')).toEqual([]);
    }));
  });
});

describe('annotations', () => {
  test('eight of a kind, the rest as lines and as a number', () => {
    const { log, raw } = sink();
    for (let turn = 1; turn <= 11; turn += 1) log.warning(`w${turn}`, 'T');
    log.countRest();
    log.verdict('the end', 'Deploy');
    expect(raw.filter((line) => line.startsWith('::warning'))).toHaveLength(9);
    expect(raw[7]).toBe('::warning title=T::w8');
    expect(raw[8]).toBe('warning: w9');
    expect(raw.at(-2)).toBe('::warning title=More::3 more of this kind; all are in the log of the step.');
    expect(raw.at(-1)).toBe('::error title=Deploy::the end');
  });

  test('show where something stands, also in the log when there are too many', () => {
    const { log, raw } = sink('hunter2hunter2');
    for (let i = 0; i < 9; i += 1) log.warning('odd', 'Lint', { file: 'config/a,b:hunter2hunter2.php', line: 3, column: 7 });
    expect(raw[0]).toBe('::warning file=config/a%2Cb%3A***.php,line=3,col=7,title=Lint::odd');
    expect(raw[8]).toBe('warning: odd (config/a,b:***.php:3)');
  });

  test('are cut at 4,096 characters and hide secrets', () => {
    const { log, raw } = sink('hunter22');
    log.error(`hunter22 ${'x'.repeat(9000)}`, 'a: hunter22, b');
    expect(raw[0]).toMatch(/^::error title=a%3A \*\*\*%2C b::\*\*\* x+…$/);
    expect(raw[0]?.split('::')[2]).toHaveLength(4096);
  });
});

test('groups do not nest, and end also after a throw', async () => {
  const { log, raw } = sink();
  await expect(log.group('outer', () => log.group('inner', () => Promise.reject(new Error('no'))))).rejects.toThrow('no');
  expect(raw).toEqual(['::group::outer', 'inner', '::endgroup::']);
});

describe('commands', () => {
  test('round-trip through the reader of a runner', () => {
    fc.assert(fc.property(fc.string(), fc.string({ minLength: 1 }), (data, title) => {
      expect(parseCommand(workflowCommand('notice', `${data}x`, { title: `${title}x` }))?.name).toBe('notice');
    }));
    expect(workflowCommand('error', 'a%\r\nb', { title: 'x:y,z' })).toBe('::error title=x%3Ay%2Cz::a%25%0D%0Ab');
  });

  test('entries of command files round-trip, whatever the value', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.stringMatching(/^[a-z-]{1,9}$/), fc.string().map((text) => text.replaceAll('\r', ''))), { maxLength: 4 }), (entries) => {
      const text = entries.map(([name, value], index) => fileCommand(name, value, `f00d${index}`)).join('');
      expect(readEntries(text)).toEqual(entries);
    }));
    expect(() => fileCommand('a', 'x\nops_f00d\nb<<EOF', 'f00d')).toThrow('delimiter');
  });

  test.each([['::a::b', true], [' ::a::', true], ['x::a::', false], ['a ##[b]', true], ['plain', false]])('%j looks like one: %s', (line, looks) => {
    expect(looksLikeCommand(line)).toBe(looks);
  });
});

/** As the runner reads GITHUB_OUTPUT. */
function readEntries(text: string): [string, string][] {
  const lines = text.split('\n');
  const entries: [string, string][] = [];
  for (let at = 0; at < lines.length - 1; at += 1) {
    const [name = '', delimiter = ''] = (lines[at] ?? '').split('<<');
    const end = lines.indexOf(delimiter, at + 1);
    entries.push([name, lines.slice(at + 1, end).join('\n')]);
    at = end;
  }
  return entries;
}
