import { z } from 'zod';

/** Options of FWS-CRS-002. */
export const anyOriginOptions = z.strictObject({
  'public-paths': z.array(z.string()).default(['.well-known/*']).describe('Paths whose data everybody may read, as in cors.paths'),
});

/** True when the pattern of a path, with `*` for anything, lets in everything that the other one does. */
export function covers(pattern: string, wanted: string): boolean {
  const escaped = pattern.replace(/^\/+/, '').split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  return new RegExp(`^/${escaped}$`).test(wanted);
}
