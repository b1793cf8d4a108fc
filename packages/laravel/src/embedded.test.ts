import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { laravelScripts } from './index.ts';

const present = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

describe.each(Object.entries(laravelScripts))('%s as it is sent', (_name, script) => {
  test('is complete: what it needs stands before it', () => {
    for (const need of /^# with: (.+)$/m.exec(script)?.[1]?.split(' ') ?? []) {
      expect(script).toContain(need === 'release.sh' ? 'ops_php() {' : 'OPS_PHP=');
    }
    expect(script).not.toContain('<?php\n');
  });

  (present('dash') ? test : test.skip)('parses as POSIX shell', () => {
    expect(spawnSync('dash', ['-n'], { input: `(\n${script}\n)`, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  (present('php') ? test : test.skip)('carries PHP that parses', () => {
    const php = /^OPS_PHP='((?:[^']|'\\'')*)'$/m.exec(script)?.[1];
    if (php === undefined) return;
    expect(spawnSync('php', ['-n', '-l'], { input: `<?php\n${php.replaceAll("'\\''", "'")}`, encoding: 'utf8' })).toMatchObject({ status: 0 });
  });

  test('stays far below the 128 KiB that one argument may have', () => {
    expect(script.length).toBeLessThan(32 << 10);
  });
});
