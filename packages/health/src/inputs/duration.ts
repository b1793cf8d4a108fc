import { duration } from '@ops/shared';

const schema = duration({ zero: true });

/** Milliseconds of `500ms`, `10s`, `1h30m`; undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  return schema.safeParse(text).data;
}
