import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { foreignLines } from './foreign-lines.ts';
import { ActionsLog } from './printing/actions-log.ts';
import { Redactor } from './printing/redactor.ts';

const secrets = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 }).filter((text) => text.trim().length >= 8 && !/[*\s]/.test(text));

test('any cut into chunks prints what the whole would print, and no secret', () => {
  fc.assert(fc.property(secrets, fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (secret, between, cuts) => {
    const redactor = new Redactor();
    redactor.add(secret);
    const bytes = Buffer.from(`${[...between, ''].map((text) => `${text}${secret}\n`).join('')}${Buffer.from(secret).toString('base64')}`);
    const print = (feed: (stream: ReturnType<typeof foreignLines>) => void): string => {
      let shown = '';
      const stream = foreignLines(new ActionsLog((text) => { shown += text; }, redactor, () => 'token'), 'app1');
      feed(stream);
      stream.end();
      return shown.replace(/::(?:stop-commands::)?token(?:::)?\n/g, '');
    };
    const cut = print((stream) => {
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = cuts[turn % cuts.length] ?? 1;
        stream.write(bytes.subarray(at, at + size));
        at += size;
      }
    });
    expect(cut).toBe(print((stream) => stream.write(bytes)));
    expect(cut).not.toContain(secret);
    expect(cut).toContain('***');
  }));
});

test('a line that does not end is printed in pieces, cut between words', () => {
  const said: string[] = [];
  const stream = foreignLines({ foreign: (_prefix, text) => said.push(text) }, 'app1');
  stream.write(`${'x'.repeat(200_000)} ${'y'.repeat(100_000)}`);
  stream.write('z');
  stream.end();
  expect(said.map((text) => text.length)).toEqual([200_001, 100_001]);
});
