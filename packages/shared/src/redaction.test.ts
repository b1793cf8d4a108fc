import { expect, test } from '@jest/globals';
import { milliseconds } from './brand.ts';
import type { Deps } from './deps.ts';
import { withRedaction } from './redaction.ts';
import { Secret } from './secret.ts';

function never(): never {
  throw new Error('redacting must not do this');
}

test('secrets of the inputs, of the job and those that turn up later are taken out, and masked as before', () => {
  const masked: string[] = [];
  const given: Deps = {
    clock: { now: () => milliseconds(0), monotonic: () => milliseconds(0), sleep: never }, random: { hex: never, fraction: never }, exec: { run: never, start: never },
    log: { info: never, debug: never, notice: never, warning: never, error: never, group: never, foreign: never },
    context: { repository: 'o/r', actor: 'ann', eventName: 'push', sha: '', runId: '1', runAttempt: '1', job: 'j', runUrl: '', apiUrl: '', serverUrl: '', workspace: '/', tempDir: '/', event: {}, idTokens: { url: '', token: new Secret('id-token-hunter2') } },
    env: {}, mask: (secret) => { masked.push(secret); }, signal: new AbortController().signal, cleanup: { defer: never }, state: { save: never },
  };
  const { deps, redact } = withRedaction(given, { 'database-url': new Secret('mysql://a:hunter2-one@db/shop'), tier: 'daily', stores: undefined });
  expect(redact('login mysql://a:hunter2-one@db/shop for id-token-hunter2, later hunter2-two')).toBe('login *** for ***, later hunter2-two');
  deps.mask('hunter2-two');
  expect(redact(`later hunter2-two, ${Buffer.from('hunter2-two').toString('base64')}`)).toBe('later ***, ***');
  expect(masked).toEqual(['hunter2-two']);
});
