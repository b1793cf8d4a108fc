import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Redactor } from './printing/redactor.ts';
import { renderSummary } from './report-book.ts';

const sections = fc.array(fc.record({ title: fc.string(), markdown: fc.string({ unit: 'grapheme', maxLength: 300 }) }), { maxLength: 20 });

test('the budget of bytes is never exceeded, sections go from the end, and their number is told', () => {
  fc.assert(fc.property(sections, fc.string({ unit: 'grapheme', maxLength: 2000 }), fc.integer({ min: 800, max: 3000 }), (given, sentence, budget) => {
    // The sign of a broken character may stand in what was given; here it must come from a cut.
    fc.pre(!JSON.stringify([given, sentence]).includes('\uFFFD'));
    const text = renderSummary('Deploy', { ok: false, reason: 'health', sentence, remedy: sentence }, given, new Redactor(), budget);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(budget);
    expect(text).not.toContain('\uFFFD');
    const dropped = Number(/_(\d+) more sections? w/.exec(text)?.[1] ?? '0');
    const shown = given.length - dropped;
    const whole = renderSummary('Deploy', { ok: false, reason: 'health', sentence: '', remedy: '' }, given.slice(0, shown));
    expect(text.includes(whole.slice(whole.indexOf('Reason code')).split('\n').slice(1).join('\n').trimEnd()) || shown === 0).toBe(true);
  }));
});

test('verdict, cause and remedy come first; foreign text is inert, secrets are gone', () => {
  const redactor = new Redactor();
  redactor.add('hunter22_x');
  const text = renderSummary('Deploy', { ok: false, reason: 'host-key', sentence: '<b> hunter22_x', remedy: 'Ask @ops.' }, [{ title: 'A', markdown: 'hunter22_x' }, { markdown: 'b' }], redactor);
  expect(text).toBe('## ❌ Deploy\n\n**&lt;b&gt; ***\n'.replace('***\n', '*****\n') + '\n**What to do:** Ask &#64;ops.\n\nReason code: <code>host-key</code>\n\n### A\n\n***\n\nb\n');
});
