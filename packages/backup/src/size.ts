import { z, type ZodType } from 'zod';

const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** Bytes as people write them: `1KiB`, `20MB`, `1.5GiB`. Binary and decimal units are told apart. */
export function size(): ZodType<number, string> {
  return z.transform<string, number>((text, context) => {
    const [, number, unit] = /^(\d{1,15}(?:\.\d{1,3})?) ?([A-Za-z]{1,3})$/.exec(text.trim()) ?? [];
    const factor = UNITS[unit ?? ''];
    if (number !== undefined && factor !== undefined) return Math.round(Number(number) * factor);
    context.addIssue({ code: 'custom', message: 'must be a size such as 1KiB, 20MB or 1.5GiB' });
    return z.NEVER;
  });
}

/** A share, `50%` as 0.5. */
export function percentage(): ZodType<number, string> {
  return z.transform<string, number>((text, context) => {
    const number = /^(\d{1,3}(?:\.\d{1,3})?)\s*%$/.exec(text.trim())?.[1];
    if (number !== undefined && Number(number) <= 100) return Number(number) / 100;
    context.addIssue({ code: 'custom', message: 'must be a share from 0% to 100%' });
    return z.NEVER;
  });
}

const STEPS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes for people: `1.4 GiB`, three digits at most. */
export function shownSize(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < STEPS.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${step === 0 ? String(value) : value.toFixed(value < 9.95 ? 2 : value < 99.5 ? 1 : 0)} ${STEPS[step] ?? ''}`;
}
