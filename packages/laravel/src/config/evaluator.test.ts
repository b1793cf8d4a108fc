import { describe, expect, test } from '@jest/globals';
import { memoryFiles } from '../app/files.ts';
import { readApp } from '../app/read-app.ts';
import type { ConfigValue } from '../value.ts';

/** What `config('x.v')` is for this PHP, as PHP would print it; `?` and a reason for what is not known. */
async function valueOf(php: string, environment: Record<string, string> = {}): Promise<unknown> {
  const app = await readApp({ files: memoryFiles({ 'config/x.php': php.startsWith('<?php') ? php : `<?php return ['v' => ${php}];` }), sources: [{ kind: 'real', name: 'test', values: environment, complete: true }], frameworkVersion: '10.48.29' });
  return plain(app.config('x.v'));
}

function plain(value: ConfigValue): unknown {
  switch (value.kind) {
    case 'known': return value.value;
    case 'symbol': return `<${value.name}>`;
    case 'array': return Object.fromEntries([...value.entries].map(([key, entry]) => [key, plain(entry)]));
    case 'one-of': return { oneOf: value.values.map(plain) };
    case 'secret': return `secret ${value.name}`;
    case 'unset': return 'unset';
    case 'unknown': return `? ${value.reason}`;
  }
}

describe('computing an expression', () => {
  test.each([
    // Casts: everything but false, null, "", "0" is true under (bool); numbers end where the text stops being one.
    ["(bool) env('A')", { A: 'off' }, true], ["(bool) env('A')", { A: '0' }, false], ["(bool) env('A')", { A: '(false)' }, false], ["(int) env('A')", { A: '12.5' }, 12], ["(int) env('A')", { A: 'abc' }, 0],
    // The default is for a key that is not set, and for no other.
    ["env('A', 'd')", {}, 'd'], ["env('A', 'd')", { A: 'null' }, null], ["env('A', 'd')", { A: '' }, ''], ["env('A') ?? 'd'", { A: 'null' }, 'd'], ["env('A') ?: 'd'", { A: '' }, 'd'],
    // An operator on a secret is one.
    ["'x'.env('DB_PASSWORD')", { DB_PASSWORD: 'p' }, 'secret DB_PASSWORD'], ["explode(',', env('API_KEYS'))", { API_KEYS: 'a,b' }, { 0: 'secret API_KEYS', 1: 'secret API_KEYS' }], ["(int) env('PIN_TOKEN')", { PIN_TOKEN: '77' }, '? expression'], ["env('DB_PASSWORD') ? 1 : 2", { DB_PASSWORD: 'p' }, 1],
    // Unknown spreads, but not into what does not hang on it.
    ['mine() ? 1 : 1', {}, 1], ['mine() ? 1 : 2', {}, { oneOf: [1, 2] }], ['mine() && false', {}, false], ['mine() ?? 1', {}, '? expression'], ["['a' => mine(), 'b' => 2]", {}, { a: '? expression', b: 2 }], ["['a' => 1, ...mine(), 'b' => 2]['b']", {}, 2], ["['a' => 1, ...mine()]['a']", {}, '? expression'],
    // Two names of one constant; a version that nobody knows.
    ["[\\Pdo\\Mysql::ATTR_SSL_CA => 1] + [PDO::MYSQL_ATTR_SSL_CA => 2]", {}, { 'PDO::MYSQL_ATTR_SSL_CA': 1 }], ["PHP_VERSION_ID >= 80500 ? \\Pdo\\Mysql::ATTR_SSL_CA : PDO::MYSQL_ATTR_SSL_CA", {}, '<PDO::MYSQL_ATTR_SSL_CA>'],
    // Paths, and PHP's order of . and + that the parser does not know.
    ["storage_path('logs').'/x.log'", {}, "<storage_path('logs/x.log')>"], ["'a'. 1 + 2", {}, '? expression'], ["'a'.(1 + 2)", {}, 'a3'], ['0.1 + 0.2 . ""', {}, '0.3'],
    // Duplicate keys: the last one, in the place of the first.
    ["['a' => 1, 'b' => 2, 'a' => 3]", {}, { a: 3, b: 2 }],
    ["new App\\Thing()", {}, '? expression'], ["App\\Thing::X", {}, '? expression'],
  ])('%s with %j is %j', async (php, environment, wanted) => {
    expect(await valueOf(php, environment)).toEqual(wanted);
  });

  test.each([
    ["<?php $c = ['v' => 1]; $c['v'] = 2; return $c;", 2], ["<?php if (mine()) { return ['v' => 1]; } return ['v' => 2];", { oneOf: [1, 2] }], ["<?php if (mine()) { throw new Exception(); } return ['v' => 2];", 2],
    ["<?php $c = []; foreach (['v', 'w'] as $k) { $c[$k] = $k; } return $c;", 'v'], ["<?php return array_merge(['v' => 1], require 'other.php');", '? expression'], ['<?php while (true) { $x = 1; } return [];', { oneOf: ['? expression', 'unset'] }],
    [`<?php return ['v' => ${'('.repeat(3000)}1${')'.repeat(3000)}];`, '? unreadable'], [`<?php return ['v' => ${'!'.repeat(3000)}1];`, '? unreadable'], [`<?php return ['v' => 'a'${".'b'".repeat(20_000)}];`, '? unreadable'],
  ])('%.80s', async (php, wanted) => {
    expect(await valueOf(php)).toEqual(wanted);
  });
});
