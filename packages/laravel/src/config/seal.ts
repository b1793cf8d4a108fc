import { holdsUserInfo, isSecretPath } from '../env/secret-names.ts';
import type { SecretVault } from '../env/vault.ts';
import type { ConfigValue } from '../value.ts';

/** Seals what its path names a secret, or what looks like one: no literal of a file leaves. */
export function sealed(value: ConfigValue, path: string, vault: SecretVault): ConfigValue {
  switch (value.kind) {
    case 'array': return { ...value, entries: new Map([...value.entries].map(([key, entry]) => [key, sealed(entry, `${path}.${key}`, vault)])) };
    case 'one-of': return { ...value, values: value.values.flatMap((each) => flat(sealed(each, path, vault))) };
    case 'known': return typeof value.value === 'string' && (isSecretPath(path) || holdsUserInfo(value.value)) ? vault.seal(path, value.value, value.trace, value.place) : value;
    default: return value;
  }
}

function flat(value: ConfigValue): readonly Exclude<ConfigValue, { kind: 'one-of' }>[] {
  return value.kind === 'one-of' ? value.values : [value];
}
