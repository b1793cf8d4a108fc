import { describe, expect, test } from '@jest/globals';
import { Secret, UserError } from '@ops/shared';
import { Meter, type Waiting } from './progress.ts';
import { redactor } from './redaction.ts';
import { judgeStages, parseStages, type StageWords } from './stages.ts';

const WORDS: StageWords = { title: 'dump on app1', place: 'app1', commands: ['structure', 'dump'], programs: new Map([['structure', 'mysqldump'], ['dump', 'mysqldump']]), said: [] };
const DONE = { exit: 0, lost: false };

describe('the stages of a dump', () => {
  test('are read from the line with the nonce only', () => {
    expect(parseStages('abc codec=zstd dump=0 zstd=0', 'abc')).toEqual({ codec: 'zstd', statuses: new Map([['dump', 0], ['zstd', 0]]) });
    for (const line of ['', 'abd codec=zstd dump=0', 'abc', 'abc dump=0', 'mysqldump: abc codec=zstd']) expect(parseStages(line, 'abc')).toBeUndefined();
  });

  test.each<[string, string, string | undefined, RegExp | undefined]>([
    ['all well', 'structure=0 dump=0 zstd=0', undefined, undefined],
    ['the second failed', 'structure=0 dump=2 zstd=0', 'dump-failed', /stage dump \(mysqldump\) ended with exit code 2/],
    ['the first failed, the second never ran', 'structure=2 zstd=0', 'dump-failed', /stage structure/],
    ['the second left nothing', 'structure=0 zstd=0', 'stage-killed', /stage dump left no exit status/],
    ['nothing but the codec', 'zstd=0', 'stage-killed', /stage structure left no exit status/],
    ['the codec left nothing', 'structure=0 dump=0', 'stage-killed', /stage zstd left no exit status/],
    ['a killed codec, whose writer got SIGPIPE', 'structure=0 dump=141 zstd=137', 'stage-killed', /stage zstd was ended by SIGKILL/],
    ['a killed tee, behind which the others got SIGPIPE', 'structure=0 dump=141 zstd=141 tee=137', 'stage-killed', /stage tee was ended by SIGKILL/],
    ['a killed codec, whose writer got a write error', 'structure=0 dump=5 zstd=137', 'stage-killed', /stage zstd/],
    ['a failed codec, whose writer got a write error', 'structure=0 dump=5 zstd=1', 'dump-failed', /stage zstd \(zstd\) ended with exit code 1/],
    ['the kernel took the dumper', 'structure=0 dump=137 zstd=0', 'stage-killed', /stage dump was ended by SIGKILL/],
    ['only SIGPIPE', 'structure=0 dump=141 zstd=0', 'stage-killed', /SIGPIPE/],
    ['a missing program', 'structure=127 zstd=0', 'tool-missing', /app1 cannot run mysqldump/],
  ])('%s', (_name, stages, reason, message) => {
    const fault = judgeStages(parseStages(`n codec=zstd ${stages}`, 'n'), DONE, WORDS);
    expect(fault?.reason).toBe(reason);
    if (message !== undefined) expect(fault?.message).toMatch(message);
  });

  test.each<[string, string, RegExp | undefined]>([
    ['all well', 'dump=0 zstd=0 tee=0', undefined],
    ['tee was killed when zstd had written all of it', 'dump=0 zstd=0 tee=137', /stage tee was ended by SIGKILL/],
    ['tee left nothing', 'dump=0 zstd=0', /stage tee left no exit status/],
    ['tee could not write on', 'dump=0 zstd=0 tee=1', /stage tee \(tee\) ended with exit code 1/],
  ])('with files on the host tee is one of them: %s', (_name, stages, message) => {
    const fault = judgeStages(parseStages(`n codec=zstd ${stages}`, 'n'), DONE, { ...WORDS, commands: ['dump'], tee: true });
    if (message === undefined) expect(fault).toBeUndefined();
    else expect(fault?.message).toMatch(message);
  });

  test('without their line are a killed stage, whatever the script\'s exit', () => {
    expect(judgeStages(undefined, DONE, WORDS)).toMatchObject({ reason: 'stage-killed' });
    const cause = new UserError({ reason: 'connect', message: 'app1: the connection was lost' });
    expect(judgeStages(undefined, { exit: 255, lost: true, cause }, WORDS)).toMatchObject({ reason: 'stage-killed', message: expect.stringContaining('the connection was lost') });
    expect(judgeStages(undefined, { exit: 255, lost: true, cause: new UserError({ reason: 'cancelled', message: 'x' }) }, WORDS)).toMatchObject({ reason: 'cancelled' });
  });
});

describe('a server that went away', () => {
  const said = ['mariadb-dump: Error 2013: Lost connection to server during query when dumping table `t` at row: 7'];
  const judged = (longestMs: number): unknown => judgeStages(parseStages('n codec=zstd structure=0 dump=3 zstd=0', 'n'), DONE, { ...WORDS, said, pause: { patienceMs: 60_000, longestMs } });

  test('while the store took nothing for long gave up as it is told to, and that is said with what to raise', () => {
    expect(judged(400_000)).toMatchObject({
      reason: 'server-lost', message: expect.stringMatching(/the store took nothing for 400 s, .* for 60 s \(net_write_timeout\)\. Stage dump failed\. It said last: mariadb-dump: Error 2013/), remedy: expect.stringContaining('SET GLOBAL net_write_timeout = 800;'),
    });
  });

  test('while the store was quick has another reason', () => {
    expect(judged(3000)).toMatchObject({ reason: 'server-lost', message: expect.not.stringContaining('store'), remedy: expect.stringContaining('See in the server\'s log') });
  });
});

test('passwords of an option file and of .pgpass are taken out, in every form', () => {
  const redact = redactor({ env: {}, files: [{ name: 'my.cnf', text: new Secret('[client]\nuser="app"\npassword="a\\"b\\\\cd"\n') }, { name: 'pgpass', text: new Secret('*:*:*:app:p\\:w\\\\rd\n') }] });
  expect(redact('x a"b\\cd y p:w\\rd z p\\:w\\\\rd app client')).toBe('x *** y *** z *** app client');
});

test('a stall is told once per 30 s, with who is waited for', () => {
  let now = 0;
  const told: unknown[] = [];
  const meter = new Meter((progress) => told.push(progress), () => now);
  const at = (ms: number, waiting: Waiting): void => { now = ms; meter.waitFor(waiting); meter.look(); };
  at(29_999, 'dumper');
  expect(told).toEqual([]);
  at(30_000, 'dumper');
  at(31_000, 'dumper');
  expect(told).toEqual([{ readBytes: 0, storedBytes: 0, stalled: 'dumper' }]);
  now = 40_000;
  meter.moved(10, 5);
  at(69_999, 'store');
  at(70_000, 'store');
  at(100_000, 'store');
  at(200_000, 'nobody');
  meter.stop();
  expect(told.slice(1)).toEqual([{ readBytes: 10, storedBytes: 5 }, { readBytes: 10, storedBytes: 5, stalled: 'store' }, { readBytes: 10, storedBytes: 5, stalled: 'store' }, { readBytes: 10, storedBytes: 5 }]);
});
