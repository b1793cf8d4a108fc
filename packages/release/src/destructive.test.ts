import { describe, expect, test } from '@jest/globals';
import { scanMigrations } from '@ops/laravel';
import { judgeMigrations } from './destructive.ts';

const migration = (body: string): ReturnType<typeof scanMigrations> => scanMigrations([{ name: '2026_01_01_000001_change', text: `<?php\nreturn new class extends Migration {\n  public function up() {\n    ${body}\n  }\n};\n` }]);
const drop = "Schema::table('posts', function ($t) { $t->dropColumn('title'); });";

describe('judgeMigrations', () => {
  test('blocks what breaks the code that is live, names file and line, and shows the ways out', () => {
    const { refusal } = judgeMigrations(migration(drop), 'block');
    expect(refusal?.reason).toBe('destructive');
    expect(refusal?.message).toContain('2026_01_01_000001_change.php line 4');
    expect(refusal?.remedy).toContain('// ops: safe');
  });
  test('warn says the same and goes on; allow is silent', () => {
    expect(judgeMigrations(migration(drop), 'warn')).toMatchObject({ refusal: undefined, warnings: [expect.stringContaining('dropColumn')] });
    expect(judgeMigrations(migration(drop), 'allow')).toEqual({ warnings: [], refusal: undefined });
  });
  test('a reason beside the call lets it pass, and is shown', () => {
    const { refusal, warnings } = judgeMigrations(migration(`// ops: safe nobody reads it since March\n    ${drop}`), 'block');
    expect(refusal).toBeUndefined();
    expect(warnings.join()).toContain('nobody reads it since March');
  });
  test('an additive migration passes', () => {
    expect(judgeMigrations(migration("Schema::create('tags', function ($t) { $t->id(); });"), 'block')).toEqual({ warnings: [], refusal: undefined });
  });
});
