import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readHead } from './html-head.ts';

const CSP = `<meta http-equiv="Content-Security-Policy" content="script-src 'self'">`;

describe('the head of a page', () => {
  test.each([
    ['in order', `<!doctype html><html><head>${CSP}<meta HTTP-EQUIV='content-security-policy' content='img-src *'/></head><body>`, ["script-src 'self'", 'img-src *']],
    ['behind a byte order mark, comments and blanks', `\uFEFF<!-- a > b --> \n<html lang="a>b">\n<head>\n${CSP}</head>`, ["script-src 'self'"]],
    ['without html and head tags', `<title>a</title>${CSP}<p>`, ["script-src 'self'"]],
    ['with references', '<head><meta http-equiv=Content-Security-Policy content="script-src &#039;self&#x27; &quot;&amp;&unknown;"></head>', [`script-src 'self' "&&unknown;`]],
    ['not in a comment', `<head><!-- ${CSP} --></head>`, []],
    ['not in a script, title, noscript or template', `<head><script>var a = '${CSP.replaceAll("'", '`')}'</script><title>${CSP}</title><noscript>${CSP}</noscript><template>${CSP}</template></head>`, []],
    ['after a script', `<head><script>if (a < b) {}</script>${CSP}</head>`, ["script-src 'self'"]],
    ['not in the body', `<head></head><body>${CSP}`, []],
    ['not behind an element of the body', `<head><div></div>${CSP}</head>`, []],
    ['not behind text', `<head>hello ${CSP}</head>`, []],
    ['the first of two equal attributes', `<head><meta http-equiv="Content-Security-Policy" content="a b" content="c d"></head>`, ['a b']],
    ['nothing without content', '<head><meta http-equiv="Content-Security-Policy"></head>', []],
  ])('policies: %s', (_name, html, expected) => {
    expect(readHead(html).policies).toEqual(expected);
  });

  test('referrer policies', () => {
    expect(readHead('<head><meta name="referrer" content="origin"><meta name="Referrer" content="no-referrer"><body>').referrers).toEqual(['origin', 'no-referrer']);
  });

  test.each([
    ['<head><title>a</title></head><body>', true], ['<head><title>a</title><body>', true], ['<p>', true], ['<head><title>a', false], ['<head><met', false], ['<head><meta name="x', false], ['', false], ['text', true],
  ])('%s is complete: %s', (html, expected) => {
    expect(readHead(html).complete).toBe(expected);
  });

  test('no text is too odd or takes long', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '=', ' ', '/', '!', '--', 'meta', 'script', 'a', '&#x41;', '&'), maxLength: 300 }), (text) => { readHead(text); }));
    readHead(`<head><meta ${'a="'.repeat(80_000)}`);
    readHead('<!--'.repeat(60_000));
    readHead(`<head>${'<script>'.repeat(30_000)}`);
    readHead(`<head>${'<meta a'.repeat(30_000)}`);
  });
});
