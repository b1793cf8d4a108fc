import { expect, test } from '@jest/globals';
import { FolderDraft } from '../stores/host-draft.ts';
import { localPlace } from '../testing.ts';
import { copiesOf, parseCopyEnd } from './host-copy.ts';

const OURS = { bytes: 1234, sha256: 'ab'.repeat(32) };
const draft = (key: string): FolderDraft => new FolderDraft({ store: 'app1:/srv/b', place: localPlace({}, 'app1'), root: '/srv/b', key, id: '0123456789abcdef', estimateBytes: 5000 });

test('how a file ended is read from the line with the nonce only', () => {
  expect(parseCopyEnd(`n copy 2 0 1234 ${OURS.sha256}`, 'n')).toEqual({ place: 2, end: { status: 0, said: `1234 ${OURS.sha256}` } });
  expect(parseCopyEnd('n copy 1 43 ops: nothing more could be written', 'n')).toEqual({ place: 1, end: { status: 43, said: 'ops: nothing more could be written' } });
  expect(parseCopyEnd('n copy 1 137 ', 'n')).toEqual({ place: 1, end: { status: 137, said: '' } });
  for (const line of ['', 'm copy 1 0 1 x', 'n codec=zstd dump=0', 'n copy', 'n copy x 0', 'said: n copy 1 0 1 x']) expect(parseCopyEnd(line, 'n')).toBeUndefined();
});

test.each<[string, { status: number; said: string } | undefined, object]>([
  ['whole', { status: 0, said: `1234 ${OURS.sha256}` }, { segment: { key: 'k', ...OURS, proof: 'store' } }],
  ['whole, by its size, on a host without a program for sha256', { status: 0, said: '1234 ' }, { segment: { key: 'k', ...OURS, proof: 'size' } }],
  ['shorter', { status: 0, said: `1233 ${OURS.sha256}` }, { why: expect.stringMatching(/did not arrive as it was sent: 1234 bytes/) }],
  ['other bytes', { status: 0, said: `1234 ${'cd'.repeat(32)}` }, { why: expect.stringMatching(/did not arrive as it was sent/) }],
  ['no room', { status: 43, said: 'ops: nothing more could be written' }, { why: 'app1: the disk of /srv/b is full: nothing more could be written.' }],
  ['a folder that a web server hands out', { status: 42, said: 'ops: /srv is the root of a web site, which would hand them out' }, { why: expect.stringMatching(/no place for backups: .srv is the root of a web site/) }],
  ['nothing was said', { status: 137, said: '' }, { why: expect.stringMatching(/exit 137/) }],
  ['killed', undefined, { why: expect.stringMatching(/left no exit status, so it was killed/) }],
])('a copy is what the host says of it: %s', (_name, end, copied) => {
  const ends = new Map([[1, { status: 0, said: 'of the primary' }], ...(end === undefined ? [] : [[2, end] as const])]);
  expect(copiesOf({ primary: draft('p'), copies: [draft('k')] }, ends, OURS)).toEqual([expect.objectContaining(copied)]);
});
