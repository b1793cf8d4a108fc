import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeWithServices } from '../../../test/support/require.ts';
import { placeOf } from '../../../test/support/services.ts';
import { sarif, type SarifOptions } from '../src/report/sarif.ts';
import { stand, type Stood } from '../src/standing.ts';
import { reported, sampleFinding, sampleRule } from '../src/testing.ts';

const SCHEMA = resolve(import.meta.dirname, '../../../test/fixtures/sarif/sarif-2.1.0.json');
const rule = sampleRule('FWS-SES-001', { severity: 'critical' });
const options: SarifOptions = { rules: [rule, sampleRule('FWS-MET-001', { severity: 'info', cwe: [], asvs: [] })], target: 'production', prefix: '', includeSuppressed: true, hasBaseline: true, version: '0.1.0', succeeded: true };
const stood = (count: number): readonly Stood[] => stand(reported(rule, Array.from({ length: count }, (_, index) => sampleFinding(`session.secure-${index}`))), { by: new Map(), invalid: [], ending: [] }, undefined);

function schemaProblems(...texts: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'ops-sarif-'));
  try {
    const files = texts.map((text, index) => {
      const file = join(folder, `${index}.sarif.json`);
      writeFileSync(file, text);
      return file;
    });
    execFileSync(placeOf('check-jsonschema'), ['--schemafile', SCHEMA, ...files], { stdio: 'pipe' });
    return '';
  } catch (error) {
    return String(Object(error).stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describeWithServices('the SARIF that we write', ['check-jsonschema'], () => {
  test('is valid by the schema of SARIF 2.1.0: clean, one finding, five hundred, cut short', () => {
    const texts = [sarif([], options), sarif(stood(1), options), sarif(stood(500), options), sarif(stood(20), { ...options, most: { results: 3, gzippedBytes: 1 << 20 } })].map(({ text }) => text);
    expect(schemaProblems(...texts)).toBe('');
    expect(schemaProblems(texts.map((text) => text.replace('"level": "error"', '"level": "critical"'))[1] ?? '')).toContain('critical');
  }, 60_000);
});
