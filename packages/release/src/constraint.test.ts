import { describe, expect, test } from '@jest/globals';
import { satisfies } from './constraint.ts';

describe('satisfies', () => {
  test.each([
    ['8.2.20', '^8.1', true],
    ['9.0.0', '^8.1', false],
    ['8.0.30', '^8.1', false],
    ['8.9.0', '~8.1', true],
    ['8.2.0', '~8.1.0', false],
    ['8.1.99', '~8.1.3', true],
    ['7.4.33', '^7.3|^8.0', true],
    ['7.4.33', '^7.3 || ^8.0', true],
    ['7.2.1', '^7.3|^8.0', false],
    ['8.2.5', '>=8.1 <8.3', true],
    ['8.3.0', '>=8.1, <8.3', false],
    ['8.2.5', '8.2.*', true],
    ['8.3.5', '8.2.*', false],
    ['8.3.5', '8.1 - 8.3', true],
    ['8.4.0', '8.1 - 8.3', false],
    ['8.4.0', '*', true],
    ['8.4.1', '>= 8.4', true],
    ['8.4.1', '!=8.4.1', false],
    ['8.4.1', 'dev-main', undefined],
  ])('%s against %s is %s', (version, constraint, expected) => {
    expect(satisfies(version, constraint)).toBe(expected);
  });
});
