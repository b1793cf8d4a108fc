import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as dotenvProof from '../../proofs/dotenv.ts';
import { CUT_CHARACTER, ENVIRONMENTS, generatedCase, generatedUrl, HAND_WRITTEN, URLS } from '../support/dotenv-cases.ts';
import { differences, factDifferences, ROOTS, urlDifferences } from '../support/dotenv-oracle.ts';
import { describeWithServices } from '../support/require.ts';
import { holdsInShort } from '../support/short-proof.ts';

const GENERATED = 2_000;
/** The same files in every run; the proof `dotenv` draws new ones. */
const SEED = 20_260_131;

describeWithServices('.env against the real phpdotenv', ['network'], () => {
  test.each(ROOTS)('$os, phpdotenv $phpdotenv: every file of the table', (root) => {
    expect(HAND_WRITTEN.length).toBeGreaterThanOrEqual(150);
    expect(differences(root, HAND_WRITTEN)).toEqual([]);
  }, 120_000);

  test('a character cut by the lexer: read as written, as PHP 8.2 does and PHP 8.4 does not', () => {
    expect(ROOTS.map((root) => differences(root, [CUT_CHARACTER]).length)).toEqual([0, 1, 1]);
  }, 60_000);

  test.each(ROOTS)('$os, phpdotenv $phpdotenv: generated files', (root) => {
    expect(differences(root, fc.sample(generatedCase, { numRuns: GENERATED, seed: SEED }))).toEqual([]);
  }, 300_000);

  test.each(ROOTS)('$os, Laravel $laravel: database URLs', (root) => {
    expect(urlDifferences(root, [...URLS, ...fc.sample(generatedUrl, { numRuns: GENERATED, seed: SEED })])).toEqual([]);
  }, 300_000);

  test('the proof holds in short', () => holdsInShort(dotenvProof, 3_000), 300_000);

  test('sid, Laravel 13: database facts against the config that the framework itself makes', () => {
    expect(ENVIRONMENTS.length).toBeGreaterThanOrEqual(40);
    expect(factDifferences(ENVIRONMENTS)).toEqual([]);
  }, 60_000);
});
