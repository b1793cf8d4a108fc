import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { xyChart } from './mermaid.ts';

const series = fc.array(fc.tuple(fc.string(), fc.double({ noNaN: true, min: -1e14, max: 1e14 })), { minLength: 2, maxLength: 200 });

// What Mermaid's grammar of xychart-beta reads. Its own parser (11.17) agreed on hundreds of random charts; it is too large to be a
// dependency of ours, see docs/dependencies.md.
const GRAMMAR = /^```mermaid\nxychart-beta\n {2}title "[^"\n]+"\n {2}x-axis \["[^"\n]*"(?:, "[^"\n]*")*\]\n {2}y-axis "[^"\n]+" -?\d+(?:\.\d+)? --> -?\d+(?:\.\d+)?\n(?: {2}(?:bar|line) \[-?\d+(?:\.\d+)?(?:, -?\d+(?:\.\d+)?)*\]\n)+```$/;

describe('xyChart', () => {
  test('whatever the data, it is a chart that can be drawn', () => {
    fc.assert(fc.property(series, fc.string(), fc.boolean(), (points, title, both) => {
      const [labels, values] = [points.map(([label]) => label), points.map(([, value]) => value)];
      const chart = xyChart({ title, unit: title, labels, bars: values, ...(both ? { line: values } : {}) });
      expect(chart).toMatch(GRAMMAR);
      expect(chart).not.toContain('%%');
      expect(chart?.match(/ {2}bar \[(.*)\]/)?.[1]?.split(', ').length).toBe(Math.min(60, points.length));
      expect(chart?.length).toBeLessThan(50_000);
    }));
  });

  test.each([
    ['one point', { labels: ['a'], line: [1] }],
    ['no series', { labels: ['a', 'b'] }],
    ['not a number', { labels: ['a', 'b'], line: [1, Number.NaN] }],
    ['endless', { labels: ['a', 'b'], line: [1, Number.POSITIVE_INFINITY] }],
    ['too large for plain digits', { labels: ['a', 'b'], line: [1, 1e22] }],
    ['unequal lengths', { labels: ['a', 'b'], line: [1] }],
    ['labels that are too long', { labels: Array.from({ length: 60 }, () => 'x'.repeat(1000)), line: Array.from({ length: 60 }, () => 1) }],
  ])('%s cannot be drawn', (_name, data) => {
    expect(xyChart({ title: 't', unit: 'ms', ...data })).toBeUndefined();
  });

  test('hostile labels lose what Mermaid could read', () => {
    expect(xyChart({ title: '"]; click', unit: 'ms', labels: ['a"b', '%%{init}'], line: [1, 2] })).toContain('x-axis ["a b", "% init"]');
  });
});
