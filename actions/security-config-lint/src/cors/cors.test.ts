import { describe, expect, test } from '@jest/globals';
import { corsFaults, type Asked, type AskerRole } from './access.ts';
import { readCorsAnswer } from './answer.ts';
import type { HeaderList } from '../headers/list.ts';

const STRANGER = 'https://a1b2.invalid';

function allowing(origins: readonly string[], credentials?: string): HeaderList {
  return [...origins.map((origin) => ['Access-Control-Allow-Origin', origin] as const), ...(credentials === undefined ? [] : [['Access-Control-Allow-Credentials', credentials] as const])];
}

describe('what an answer says to the one who asked', () => {
  test.each<[string, HeaderList, string, unknown]>([
    ['nothing', [], STRANGER, { allowOrigin: 'none', credentials: false }],
    ['an empty header: a list made of nothing', allowing(['']), STRANGER, { allowOrigin: 'none', credentials: false }],
    ['everybody', allowing(['*']), STRANGER, { allowOrigin: 'any', credentials: false }],
    ['the one who asked', allowing([STRANGER], 'true'), STRANGER, { allowOrigin: 'echo', credentials: true }],
    ['always the same one', allowing(['https://app.example.com'], 'true'), STRANGER, { allowOrigin: 'other', credentials: true }],
    ['null to null', allowing(['null']), 'null', { allowOrigin: 'echo', credentials: false }],
    ['null to another', allowing(['null']), STRANGER, { allowOrigin: 'other', credentials: false }],
    ['twice the same is nobody', allowing([STRANGER, STRANGER]), STRANGER, { allowOrigin: 'other', credentials: false }],
    ['credentials in another spelling do not count', allowing([STRANGER], 'True'), STRANGER, { allowOrigin: 'echo', credentials: false }],
  ])('%s', (_name, headers, sent, expected) => {
    expect(readCorsAnswer(headers, sent)).toEqual(expected);
  });
});

describe('what is wrong with the answers', () => {
  const asked = (role: AskerRole, allowOrigin: Asked['answer']['allowOrigin'], credentials = false): Asked => ({ role, answer: { allowOrigin, credentials } });

  test.each<[string, readonly Asked[], readonly unknown[]]>([
    ['nobody is let in', [asked('stranger', 'none'), asked('null', 'other', true), asked('look-alike', 'none')], []],
    ['those on the list may', [asked('listed', 'echo', true)], []],
    ['everybody without cookies', [asked('stranger', 'any')], [{ role: 'stranger', allowed: 'any', withCookies: false }]],
    ['browsers send no cookies to a star', [asked('stranger', 'any', true)], [{ role: 'stranger', allowed: 'any', withCookies: false }]],
    ['the worst comes first', [asked('look-alike', 'echo', true), asked('null', 'echo'), asked('stranger', 'echo', true)], [{ role: 'stranger', allowed: 'echo', withCookies: true }, { role: 'look-alike', allowed: 'echo', withCookies: true }, { role: 'null', allowed: 'echo', withCookies: false }]],
  ])('%s', (_name, answers, expected) => {
    expect(corsFaults(answers)).toEqual(expected);
  });
});
