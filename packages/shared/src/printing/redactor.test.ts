import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { escapeText } from '../markdown.ts';
import { Redactor } from './redactor.ts';
import { secretForms } from './secret-forms.ts';

const KEY = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\nQyNTUxOQAAACBsZWFrbGVhaw\nab=\n-----END OPENSSH PRIVATE KEY-----\n';

function knowing(...secrets: readonly string[]): Redactor {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
}

describe('forms of a secret', () => {
  test.each<[string, (secret: string) => string]>([
    ['itself', (secret) => secret],
    ['base64', (secret) => Buffer.from(secret).toString('base64')],
    ['base64 behind one byte', (secret) => Buffer.from(`x${secret}`).toString('base64')],
    ['base64 of user and password', (secret) => Buffer.from(`deploy:${secret}`).toString('base64')],
    ['base64url', (secret) => Buffer.from(secret).toString('base64url')],
    ['URL', (secret) => encodeURIComponent(secret)],
    ['form', (secret) => new URLSearchParams({ a: secret }).toString()],
    ['JSON', (secret) => JSON.stringify({ a: secret })],
    ['JSON of PHP', (secret) => JSON.stringify({ a: secret }).replaceAll('/', '\\/')],
    ['hex', (secret) => Buffer.from(secret).toString('hex')],
    ['HEX', (secret) => Buffer.from(secret).toString('hex').toUpperCase()],
    ['escaped markdown', (secret) => escapeText(secret)],
  ])('%s is taken out', (_name, shape) => {
    const secret = 'p4ss/w"ord|_+?&ü~x';
    expect(knowing(secret).redact(`<${shape(secret)}>`)).toContain('***');
    expect(knowing(secret).redact(shape(secret)).replace(/\*+/g, '').length).toBeLessThan(13);
  });

  test('each line of a key is a secret, its armour and short lines are not', () => {
    const redactor = knowing(KEY);
    for (const line of ['b3BlbnNzaC1rZXktdjEAAAAA', 'QyNTUxOQAAACBsZWFrbGVhaw']) expect(redactor.redact(`x ${line} y`)).toBe('x *** y');
    for (const line of ['-----BEGIN OPENSSH PRIVATE KEY-----', 'ab=']) expect(redactor.redact(line)).toBe(line);
    expect(redactor.redact(`got:\n${KEY}.`)).not.toMatch(/OPENSSH|ab=/);
  });

  test('the runner is never told a mask of several lines, nor a short one', () => {
    for (const mask of secretForms(KEY).masks) {
      expect(mask).not.toMatch(/[\r\n]/);
      expect(mask.length).toBeGreaterThanOrEqual(8);
    }
    expect(secretForms('hunter2').masks).toContain('hunter2');
    expect(secretForms('\n}\nab\n').masks.filter((mask) => mask.length < 8 || mask.includes('}'))).toEqual([]);
  });

  test.each([['abc', 'fewer than 4'], ['', undefined], ['four', undefined]])('%j warns: %s', (secret, warning) => {
    const said = new Redactor().add(secret).warning;
    if (warning === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(warning);
  });
});

const secrets = fc.string({ minLength: 8, maxLength: 40 }).filter((text) => text.trim().length >= 8 && !text.includes('*'));

describe('properties', () => {
  test('overlapping secrets: nothing of either stays', () => {
    expect(knowing('abcdefgh', 'efghijkl').redact('<abcdefghijkl>')).toBe('<***>');
  });

  test('no secret and no form of it survives', () => {
    fc.assert(fc.property(fc.array(secrets, { minLength: 1, maxLength: 4 }), fc.array(fc.string(), { maxLength: 6 }), (known, between) => {
      const redactor = knowing(...known);
      const text = between.map((word, index) => word + (known[index % known.length] ?? '')).join('');
      const shown = redactor.redact(text);
      for (const secret of known) for (const form of secretForms(secret).all) if (!form.includes('*')) expect(shown.includes(form)).toBe(false);
    }));
  });
});
