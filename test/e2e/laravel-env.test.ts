import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { laravelScripts } from '../../packages/laravel/src/index.ts';
import { scripts } from '../../packages/release/src/scripts.generated.ts';
import { describeWithServices } from '../support/require.ts';

/** The class of env-facts.php, without the part that runs. */
function parserPhp(): string {
  const text = readFileSync(new URL('../../packages/laravel/src/host/env-facts.php', import.meta.url), 'utf8');
  return text.slice(0, text.indexOf('(static function (): void'));
}

/** Reads each text with our parser and with phpdotenv: for each the values, or null where it refuses. */
function both(texts: readonly string[]): readonly { readonly text: string; readonly ours: unknown; readonly theirs: unknown }[] {
  const code = `${parserPhp()}
require 'Dotenv/autoload.php';
foreach (json_decode(stream_get_contents(STDIN)) as $text) {
  $env = new OpsEnv($text);
  $ours = [];
  foreach ($env->names() as $name) { $ours[$name] = $env->get($name); }
  try { $theirs = Dotenv\\Dotenv::parse($text); } catch (Dotenv\\Exception\\InvalidFileException $e) { $theirs = null; }
  ksort($ours); if ($theirs !== null) { ksort($theirs); }
  echo json_encode(['text' => $text, 'ours' => $env->invalid === 0 ? (object) $ours : null, 'theirs' => $theirs === null ? null : (object) $theirs]), "\\n";
}`;
  const done = spawnSync('php', ['-r', code.replace(/^<\?php/, '')], { input: JSON.stringify(texts), encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stdout + done.stderr);
  return done.stdout.trim().split('\n').map((line) => JSON.parse(line));
}

const VECTORS = [
  'A="true"', "A='true'", 'A=true # c', 'A=true#c', 'A=abc#def', 'A=#x', 'A="abc#def"', 'A=a b', 'A="x"y', 'A="x" y', 'A-B=x', '=x', 'A="a\\qb"', "A='open",
  'A = b', ' A=b', '"A"=b', "'A'=b", 'export AB=b', 'export A=b', 'A', 'A=', 'B=1\nA=${B}', 'B=1\nA="${B}"', 'B=1\nA=$B', "B=1\nA='${B}'", 'B=1\nA="\\${B}"', 'A=${UNDEF}', 'A=${B',
  'A="${X:-d}"', 'A=$(id)', 'A=`id`', 'A="a\\nb"', "A='a\\nb'", 'A=a\\nb', 'A="l1\nl2"', 'A="l1\nB=2\nl3"\nC=1', '# note B="open\nC=1', 'A=a"b', 'A=x=y', 'A=1\rB=2\r\nC=3', 'A=1\nA=2',
  'A="a\\"b"', 'A="a\\\\"', 'A="\\t\\v\\f\\r"', "A=''", 'A=""', 'A="" # c', 'A="a\n\n# no comment\nb"', 'A=${B}${C}\nB=1', 'B=1\nC=2\nA=x${B}y${C}z', 'A="x\n"y', 'A=\tx\t', 'A=x # y "', 'A.B=1', '1A=2', 'export=1',
  '', '\n\n', '# only', 'A="x"#c', "A='x'#c", "A=it's", 'A="x\\', 'A=\\', 'A=(x)', 'A=a(b)c', 'A="\n"', '"', 'A="b\n"', '${A}=b', 'A=ü', 'A="ü\nö"',
];

describeWithServices('.env by phpdotenv', ['php'], () => {
  test('reads every known form as phpdotenv does', () => {
    const rows = both(VECTORS);
    expect(rows.map(({ text, ours }) => ({ text, read: ours }))).toEqual(rows.map(({ text, theirs }) => ({ text, read: theirs })));
    // Both kinds are among them, or nothing was compared.
    expect(rows.filter(({ theirs }) => theirs === null).length).toBeGreaterThan(8);
  });

  test('reads any text as phpdotenv does', () => {
    const piece = fc.constantFrom('A', 'B', 'AB', '=', '"', "'", '\\', '#', '$', '${A}', '${', '}', ' ', '\t', '\n', '\r', 'export ', 'x', '="', '(', '.', '-', 'n', '"\n');
    const texts = fc.sample(fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join('')), { numRuns: 6000, seed: 7 });
    const different = both(texts).filter(({ ours, theirs }) => JSON.stringify(ours) !== JSON.stringify(theirs));
    expect(different).toEqual([]);
  });
});

/** Runs env-facts.sh on this machine; the facts, and all that left the process. */
function facts(prepare: (shared: string) => void): { readonly facts: Record<string, string>; readonly said: string } {
  const app = mkdtempSync(join(tmpdir(), 'ops env '));
  const shared = join(app, 'shared');
  mkdirSync(shared);
  prepare(shared);
  const done = spawnSync('sh', ['-c', `${scripts['prelude.sh']}(\nset -eu\n${laravelScripts['env-facts.sh']}\n)`], { env: { PATH: process.env['PATH'], OPS_NONCE: 'n', APP: app, SHARED: shared, PHP: 'php' }, encoding: 'utf8' });
  rmSync(app, { recursive: true });
  if (done.status !== 0) throw new Error(done.stdout + done.stderr);
  const lines = done.stdout.split('\n').flatMap((line) => (line.startsWith('@n fact ') ? [line.slice('@n fact '.length)] : []));
  return { facts: Object.fromEntries(lines.map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)])), said: done.stdout + done.stderr };
}

const env = (text: string): ReturnType<typeof facts> => facts((shared) => { writeFileSync(join(shared, '.env'), text); });

describeWithServices('env-facts.sh', ['php'], () => {
  test('tells names and three settings, and nothing else', () => {
    const { facts: found, said } = env('APP_ENV=production\nAPP_DEBUG="True"\nAPP_KEY=base64:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\nDB_PASSWORD="pa ss-word"\nOTHER=hidden-value\n');
    expect(found).toEqual({ 'env.state': 'ok', 'env.keys': 'APP_ENV APP_DEBUG APP_KEY DB_PASSWORD OTHER', 'env.APP_ENV': 'production', 'env.APP_DEBUG': 'True', 'env.debug-effective': 'true', 'env.APP_KEY': 'present' });
    expect(said).not.toMatch(/pa ss|hidden|MDEy/);
  });

  test.each([
    ['missing', () => {}],
    ['directory', (shared: string) => { mkdirSync(join(shared, '.env')); }],
    ['empty', (shared: string) => { writeFileSync(join(shared, '.env'), ' \n\n'); }],
    ['invalid:line 3', (shared: string) => { writeFileSync(join(shared, '.env'), 'A="x\ny"\nB=a b\nC=1\n'); }],
  ])('%s', (state, prepare) => {
    expect(facts(prepare).facts).toEqual({ 'env.state': state });
  });

  test('unreadable', () => {
    if (process.getuid?.() === 0) {
      // Root reads everything: as nobody then.
      const app = mkdtempSync(join(tmpdir(), 'ops-env-'));
      mkdirSync(join(app, 'shared'));
      writeFileSync(join(app, 'shared/.env'), 'A=1', { mode: 0o600 });
      chmodSync(app, 0o755);
      const done = spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'sh', '-c', `${scripts['prelude.sh']}(\nset -eu\n${laravelScripts['env-facts.sh']}\n)`], { env: { PATH: process.env['PATH'], OPS_NONCE: 'n', APP: app, SHARED: `${app}/shared`, PHP: 'php' }, encoding: 'utf8' });
      rmSync(app, { recursive: true });
      expect(done.stdout).toContain('@n fact env.state unreadable');
    } else {
      expect(facts((shared) => { writeFileSync(join(shared, '.env'), 'A=1', { mode: 0 }); }).facts).toEqual({ 'env.state': 'unreadable' });
    }
  });

  test('says where a quote opens that nothing closes', () => {
    expect(env('A=1\nB="open\nC=1\n').said).toMatch(/@n warn The double quote that opens in line 2 of .*\.env is never closed/);
  });

  describe('is debug on', () => {
    test.each(['true', 'True', '(true)', '"true"', "'TRUE'", '1', 'on', 'yes', 'off', 'no', '"\'false\'"', 'false;', '2'])('APP_DEBUG=%s', (value) => {
      expect(env(`APP_DEBUG=${value}`).facts['env.debug-effective']).toBe('true');
    });
    test.each(['false', 'False', '(false)', '"false"', '0', '', '""', 'null', '(null)', 'empty', '(empty)'])('not with APP_DEBUG=%s', (value) => {
      expect(env(`APP_DEBUG=${value}`).facts['env.debug-effective']).toBe('false');
    });
    test('by the last line, by reference, and not without one', () => {
      expect(env('APP_DEBUG=true\nAPP_DEBUG=false').facts['env.debug-effective']).toBe('false');
      expect(env('D=true\nAPP_DEBUG=${D}').facts['env.debug-effective']).toBe('true');
      expect(env('APP_DEBUG').facts['env.debug-effective']).toBe('false');
      expect(env('A=1').facts['env.debug-effective']).toBe('false');
    });
  });

  test.each([
    ['APP_KEY=', 'absent'], ['A=1', 'absent'], ['APP_KEY=null', 'absent'], ['APP_KEY=SomeRandomString', 'placeholder'], ['APP_KEY=base64:', 'placeholder'], ['APP_KEY=base64:your-key-here', 'placeholder'],
    [`APP_KEY=base64:${Buffer.alloc(32).toString('base64')}`, 'placeholder'], ['APP_KEY="${SECRET}"', 'placeholder'], [`APP_KEY=base64:${Buffer.from('q7w8e9r0t1z2u3i4').toString('base64')}`, 'present'], ['APP_KEY=q7w8e9r0t1z2u3i4o5p6a7s8d9f0g1h2', 'present'],
  ])('%s is %s', (text, key) => {
    expect(env(text).facts['env.APP_KEY']).toBe(key);
  });
});
