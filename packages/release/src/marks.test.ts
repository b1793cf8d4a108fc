import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { laravelScripts } from '@ops/laravel';
import { compileBatch } from './compile.ts';
import { scripts } from './scripts.generated.ts';
import { parseMarks } from './marks.ts';

const nonce = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';

function runSteps(shell: readonly string[], scripts: readonly string[], env: Record<string, string> = {}): { readonly exit: number | null; readonly stdout: string; readonly journal: string } {
  const app = mkdtempSync(join(tmpdir(), 'ops marks '));
  try {
    const [file = 'sh', ...args] = shell;
    spawnSync('mkdir', ['-p', join(app, '.deploy')]);
    const text = compileBatch({ id: 'test', steps: scripts.map((script, index) => ({ id: `s${index}`, title: `step ${index}`, script })) }, 'h1');
    const result = spawnSync(file, [...args, '-c', text], { env: { PATH: process.env['PATH'], APP: app, OPS_NONCE: nonce, JOURNAL: '"run":"1"', ...env }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return { exit: result.status, stdout: result.stdout, journal: readFileSync(join(app, '.deploy/journal.ndjson'), 'utf8') };
  } finally {
    rmSync(app, { recursive: true, force: true });
  }
}

const shells = [['sh'], ['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([file = '']) => spawnSync('sh', ['-c', `command -v ${file}`]).status === 0);

describe.each(shells)('a compiled batch in %s %s', (...shell) => {
  test('facts come back unchanged, whatever they contain', () => {
    const value = 'a \\ b\\n $(touch x) `id` "q" \'s\'\nsecond line\n\nfourth';
    const run = runSteps(shell, ['ops_fact text "$TEXT"; echo printed; ops_warn "be $TEXT"'], { TEXT: value });
    const marks = parseMarks(run.stdout, nonce);
    expect(run.exit).toBe(0);
    expect(marks.facts.get('text')).toBe(value);
    expect(marks.warnings).toEqual([`be ${value}`]);
    expect(marks.foreign).toEqual(['printed']);
  });

  test('a failing step ends the batch, names itself, and is journalled', () => {
    const run = runSteps(shell, ['echo one', 'false; echo never', 'echo three']);
    const marks = parseMarks(run.stdout, nonce);
    expect(run.exit).toBe(1);
    expect(marks.foreign).toEqual(['one']);
    expect(marks.began).toBe('s1');
    expect(marks.steps.map((step) => [step.id, step.exit])).toEqual([['s0', 0], ['s1', 1]]);
    const phases = run.journal.trim().split('\n').map((line) => JSON.parse(line) as { step: string; phase: string });
    expect(phases.map((line) => `${line.step} ${line.phase}`)).toEqual(['s0 intent', 's0 done', 's1 intent', 's1 fail']);
  });

  test('ops_fail carries reason, sentence and remedy', () => {
    const marks = parseMarks(runSteps(shell, ['ops_fail no-room "The disk is full." "Free space."']).stdout, nonce);
    expect(marks.failure).toEqual({ reason: 'no-room', message: 'The disk is full.', remedy: 'Free space.' });
  });

  test('steps of a group run at once, all end, and the one that failed is named', () => {
    const app = mkdtempSync(join(tmpdir(), 'ops group '));
    const steps = [
      { id: 'slow', title: 'slow', script: 'until [ -e "$APP/go" ]; do sleep 0.1; done; ops_fact slow yes', group: 'g' },
      { id: 'bad', title: 'bad', script: ': >"$APP/go"; ops_fail smoke "It is broken."', group: 'g' },
      { id: 'after', title: 'after', script: 'echo never' },
    ];
    const [file = 'sh', ...args] = shell;
    const result = spawnSync(file, [...args, '-c', compileBatch({ id: 'test', steps }, 'h1')], { env: { PATH: process.env['PATH'], APP: app, OPS_NONCE: nonce }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
    rmSync(app, { recursive: true, force: true });
    const marks = parseMarks(result.stdout, nonce);
    expect(result.status).toBe(1);
    expect(marks.facts.get('slow')).toBe('yes');
    expect(marks.steps.map((step) => [step.id, step.exit])).toEqual([['slow', 0], ['bad', 1]]);
    expect(marks.failure?.message).toBe('It is broken.');
    expect(marks.foreign).not.toContain('never');
  });

  test('the real steps parse also where a group keeps their output', () => {
    const steps = [...Object.entries(laravelScripts), ...Object.entries(scripts).filter(([name]) => name !== 'prelude.sh')].map(([name, script]) => ({ id: name.replace(/\W/g, '-'), title: name, script, group: 'all' }));
    const [file = 'sh', ...args] = shell;
    const result = spawnSync(file, [...args, '-n'], { input: compileBatch({ id: 'parse', steps }, 'h1'), encoding: 'utf8', timeout: 20_000 });
    expect({ status: result.status, said: result.stderr }).toEqual({ status: 0, said: '' });
  });

  test('a child cannot see the nonce, so it cannot forge a fact', () => {
    const marks = parseMarks(runSteps(shell, ['env; sh -c \'echo "@$OPS_NONCE fact forged yes"; echo "@$N fact forged yes"\'']).stdout, nonce);
    expect(marks.facts.has('forged')).toBe(false);
    expect(marks.foreign.join('\n')).not.toContain(nonce);
  });
});

test('no output makes parseMarks throw', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.string(), fc.constant(`@${nonce} fact`), fc.constant(`@${nonce} fail x`), fc.constant(`@${nonce} end`))), (lines) => {
    parseMarks(lines.join('\n'), nonce);
  }));
});
