import { z } from 'zod';
import type { BatchSize } from './config.ts';

/** Parses the input `batch`: `all`, a count of hosts, or a share of them. */
export const batchSize = z.string().transform((text, context): BatchSize => {
  const value = text.trim();
  if (value === 'all') return { kind: 'all' };
  const match = /^(\d{1,3})(%?)$/.exec(value);
  const number = Number(match?.[1] ?? '0');
  if (match !== null && number >= 1 && match[2] === '') return { kind: 'count', count: number };
  if (match !== null && number >= 1 && number <= 100) return { kind: 'percent', percent: number };
  context.addIssue({ code: 'custom', message: 'must be all, a number from 1, or a percentage from 1% to 100%' });
  return z.NEVER;
});
