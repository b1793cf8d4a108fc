import { combined, type HeaderList } from './list.ts';
import { parseDictionary } from './structured.ts';

export type PermissionsPolicy =
  | { readonly kind: 'absent' }
  /** Browsers ignore the whole header. */
  | { readonly kind: 'invalid' }
  /** `everywhere`: features that every frame of every origin may use. */
  | { readonly kind: 'set'; readonly everywhere: readonly string[] };

/** Permissions-Policy (https://www.w3.org/TR/permissions-policy/#permissions-policy-http-header-field). The older Feature-Policy counts for nothing. */
export function readPermissionsPolicy(headers: HeaderList): PermissionsPolicy {
  const value = combined(headers, 'permissions-policy');
  if (value === undefined) return { kind: 'absent' };
  const features = parseDictionary(value);
  if (features === undefined || features.size === 0) return { kind: 'invalid' };
  const everywhere = [...features].filter(([, member]) => ('items' in member ? member.items : [member]).some((item) => item.value === '*')).map(([feature]) => feature);
  return { kind: 'set', everywhere };
}
