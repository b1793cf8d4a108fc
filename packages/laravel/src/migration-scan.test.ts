import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { scanMigrations } from './migration-scan.ts';

/** The body of `up()` begins in line 9. */
function migration(up: string, rest = '', before = ''): string {
  return `<?php
use Illuminate\\Database\\Migrations\\Migration;
use Illuminate\\Database\\Schema\\Blueprint;
use Illuminate\\Support\\Facades\\{DB, Schema};
${before}
return new class extends Migration
{
    public function up(): void {
${up}
    }
${rest}
};
`;
}

function scan(up: string, rest = '', before = ''): readonly string[] {
  return scanMigrations([{ name: '2026_01_01_000001_x', text: migration(up, rest, before) }])
    .map((found) => `${found.line} ${found.call} ${found.classes.join('+')}${found.safeReason === undefined ? '' : ` safe: ${found.safeReason}`}`);
}

const table = (body: string): string => `Schema::table('users', function (Blueprint $table) {\n${body}\n});`;

describe('calls in up()', () => {
  test.each([
    ["Schema::drop('users');", "9 drop('users') breaks-old-code+loses-data"],
    ["Schema::dropIfExists('users');", "9 dropIfExists('users') breaks-old-code+loses-data"],
    ["Schema::connection('other')->dropIfExists('users');", "9 dropIfExists('users') breaks-old-code+loses-data"],
    ["\\Illuminate\\Support\\Facades\\Schema::drop('users');", "9 drop('users') breaks-old-code+loses-data"],
    ["SCHEMA::DROP('users');", "9 DROP('users') breaks-old-code+loses-data"],
    ["Schema::rename('users', 'people');", "9 rename('users', 'people') breaks-old-code"],
    ["Schema::dropColumns('users', ['a', 'b']);", "9 dropColumns('users', ['a', 'b']) breaks-old-code+loses-data"],
    [table("$table->dropColumn(['a', 'b']);"), "10 dropColumn(['a', 'b']) breaks-old-code+loses-data"],
    [table("$table->renameColumn('a', 'b');"), "10 renameColumn('a', 'b') breaks-old-code"],
    [table("$table->string('a', 10)\n->nullable()\n->change();"), '12 change() breaks-old-code+locks-table+loses-data'],
    [table('$table->dropTimestamps();'), '10 dropTimestamps() breaks-old-code+loses-data'],
    [table('$table?->dropSoftDeletes();'), '10 dropSoftDeletes() breaks-old-code+loses-data'],
    [table("$table->dropForeign(['a']);"), "10 dropForeign(['a']) locks-table"],
    [table("$table->index('a');"), "10 index('a') locks-table"],
    ["Schema::table('users', fn (Blueprint $t) => $t->rename('people'));", "9 rename('people') breaks-old-code"],
    ["DB::table('users')->truncate();", '9 truncate() loses-data'],
    ["DB::table('users')->where('a', 1)->delete();", '9 delete() loses-data'],
    ["User::query()->whereNull('a')->delete();", '9 delete() loses-data'],
    ["DB::statement('ALTER TABLE users DROP COLUMN a');", '9 ALTER TABLE users DROP COLUMN a breaks-old-code+loses-data'],
    ['DB::unprepared("DROP TABLE {$prefix["x"]}users; SELECT 1");', '9 DROP TABLE ?users breaks-old-code+loses-data'],
    ["DB::statement('TRUNCATE ' . $name);", '9 TRUNCATE ? loses-data'],
    ['DB::connection()->getPdo()->exec(<<<SQL\n    drop view v;\n    SQL);', '9 drop view v breaks-old-code'],
    ["$sql = 'DROP TABLE a';\nDB::statement($sql);", '10 DROP TABLE a breaks-old-code+loses-data'],
    ['DB::unprepared(file_get_contents($f));', "9 unprepared(file_get_contents($f)), whose SQL is not written here breaks-old-code"],
  ])('%s', (up, expected) => {
    expect(scan(up)).toEqual([expected]);
  });

  test.each([
    ["Schema::create('a', function (Blueprint $table) { $table->id(); $table->string('b')->unique(); $table->index('c'); });"],
    [table("$table->string('a')->nullable();")],
    ["// Schema::drop('users');"],
    ["# Schema::drop('users');"],
    ["/* Schema::drop('users');\n */"],
    ["$x = 'Schema::drop(1); DB::statement(\"DROP TABLE a\")';"],
    ["$x = <<<'T'\nSchema::drop('users');\nT;"],
    ['#[Attribute]\n$rows->unique();'],
    ["Storage::delete('a');"],
    ["$drop('users'); drop('users');"],
    ["DB::statement('CREATE TABLE a (b int)');"],
    ["DB::statement(\"UPDATE users SET a = 'drop table b'\");"],
    ["DB::statement('select 1 -- drop table users');"],
  ])('finds nothing in %s', (up) => {
    expect(scan(up)).toEqual([]);
  });

  test('passes down() over, follows methods that up() calls, and no others', () => {
    const rest = "public function down() { Schema::drop('a'); }\nprivate function old() { self::older(); }\nprivate static function older() { Schema::drop('b'); }\nfunction unused() { Schema::drop('c'); }";
    expect(scan('$this->old();', rest)).toEqual(["13 drop('b') breaks-old-code+loses-data"]);
    expect(scan('', rest)).toEqual([]);
  });

  test('reads a file without up() but for down()', () => {
    const text = "<?php Schema::drop('a'); function down() { Schema::drop('b'); }";
    expect(scanMigrations([{ name: 'x.php', text }])).toEqual([{ migration: 'x', line: 1, call: "drop('a')", classes: ['breaks-old-code', 'loses-data'] }]);
  });

  test('counts lines with CRLF, HTML and a closing tag', () => {
    const text = migration("Schema::drop('a');").replaceAll('\n', '\r\n');
    expect(scanMigrations([{ name: 'x', text: `html\n${text}?>\nSchema::drop('b');` }]).map(({ line }) => line)).toEqual([10]);
  });

  test('always ends, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('<?php ', '"', "'", '{$', '}', '(', ')', '->', '::', 'up', 'function ', 'drop', '/*', '//', '\n', '<<<A\n', 'A', '\\', '?>', '$table', '[', 'Schema') }), (text) => {
      scanMigrations([{ name: 'x', text }]);
      scanMigrations([{ name: 'x', text: migration(text) }]);
    }));
  });
});

describe('ops: safe', () => {
  test.each([
    ['on the line', "Schema::drop('a'); // ops: safe nobody reads it", ["9 drop('a') breaks-old-code+loses-data safe: nobody reads it"]],
    ['above', "// ops: safe nobody reads it\nSchema::drop('a');\nSchema::drop('b');", ["10 drop('a') breaks-old-code+loses-data safe: nobody reads it", "11 drop('b') breaks-old-code+loses-data"]],
    ['inside a call of several lines', "Schema::table('a', function ($table) {\n$table->string('b')\n// ops: safe widened\n->change();\n});", ['12 change() breaks-old-code+locks-table+loses-data safe: widened']],
    ['in a block comment', "/* ops: safe widened */ Schema::drop('a');", ["9 drop('a') breaks-old-code+loses-data safe: widened"]],
    ['without a reason', "Schema::drop('a'); // ops: safe", ["9 drop('a') (its \"ops: safe\" gives no reason) breaks-old-code+loses-data"]],
    ['in a string', "Schema::drop('// ops: safe x');", ["9 drop('// ops: safe x') breaks-old-code+loses-data"]],
    ['another word', "Schema::drop('a'); // ops: safely done", ["9 drop('a') breaks-old-code+loses-data"]],
  ])('%s', (_where, up, expected) => {
    expect(scan(up)).toEqual(expected);
  });

  test('outside of every method covers the file', () => {
    expect(scan("Schema::drop('a');\nSchema::drop('b');", '', '// ops: safe both tables are of last year')).toEqual([
      "9 drop('a') breaks-old-code+loses-data safe: both tables are of last year",
      "10 drop('b') breaks-old-code+loses-data safe: both tables are of last year",
    ]);
    expect(scan("Schema::drop('a');", '// ops: safe it is empty')).toEqual(["9 drop('a') breaks-old-code+loses-data safe: it is empty"]);
  });
});
