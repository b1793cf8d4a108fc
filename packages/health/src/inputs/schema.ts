import { z, type ZodType } from 'zod';

/** A schema made of a reader that returns undefined for text that is not one. */
export function readBy<T>(read: (text: string) => T | undefined, rule: string): ZodType<T, string> {
  // One zod object, not three: this runs for every input at every start.
  return z.transform<string, T>((text, context) => {
    const value = read(text.trim());
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `must be ${rule}` });
    return z.NEVER;
  });
}

/** A schema made of a reader that says what is wrong, and may have to load something first. */
export function listBy<T>(read: (text: string) => Promise<{ readonly list: T; readonly problems: readonly string[] }>): ZodType<T, string> {
  return z.transform<string, Promise<T>>(async (text, context) => {
    const { list, problems } = await read(text.trim());
    for (const message of problems) context.addIssue({ code: 'custom', message });
    return problems.length === 0 ? list : z.NEVER;
  });
}

/** One a line, or separated by spaces or commas; `none` is the empty list. */
export function words(text: string): string[] {
  return text === 'none' ? [] : text.split(/[\s,]+/).filter((word) => word !== '');
}
