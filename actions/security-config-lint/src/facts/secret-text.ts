import { entropyOf, isPlaceholder, isSecretKey } from '@ops/laravel/app';

/** Twelve characters, no two alike, have 3.58 bits each. */
const LEAST_ENTROPY_BITS = 3.5;
/** Beginnings and shapes that services give to their keys. */
const OF_VENDORS = [
  /^(?:sk|rk)_(?:live|test)_\w{16,}$/, /^whsec_\S{16,}$/, /^(?:AKIA|ASIA)[0-9A-Z]{16}$/, /^gh[pousr]_\w{30,}$/, /^github_pat_\w{30,}$/, /^glpat-[\w-]{16,}$/, /^xox[abeprs]-[\w-]{10,}$/, /^AIza[\w-]{35}$/,
  /^SG\.[\w-]{16,}\.[\w-]{16,}$/, /^key-[0-9a-f]{32}$/, /-----BEGIN [A-Z ]*PRIVATE KEY-----/, /^base64:[A-Za-z0-9+/]{43}=$/,
];
const WITH_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s:@]*:([^/?#\s@]+)@/i;
/** Names of what everybody may know. */
const PUBLIC_NAME = /(?:^|_)(?:PUBLIC|PUBLISHABLE|SITE|CLIENT_ID)(?:_|$)/i;

/** Texts under a secret's name that are none: classes, paths, addresses, words, rules of validation. */
const NO_SECRETS = [
  /^\\?[A-Za-z]\w*(?:\\\w+)+(?:::\w+)?$/, /^(?:\.{0,2}|~)\/[\w./-]*$/, /^[a-z0-9._-]+(?:\/[a-z0-9._-]+)+$/, /\.(?:pem|key|crt|json|php|txt|p12|pfx)$/i,
  /^[a-z][a-z0-9+.-]*:\/\//i, /^(?:[A-Z]?[a-z]{1,15}|[A-Z]{1,15})(?:[-_. :,]+(?:[A-Z]?[a-z]{1,15}|[A-Z]{1,15}))*$/, /^[a-z]+(?:[A-Z][a-z]{1,14})+$/, /^[\w:,.]+(?:\|[\w:,.]+)+$/, /^(?:pk|pub)[_-]/,
];

/** A literal that is a secret whatever its name: the shape of a service's key, or an address with a password. */
export function hasSecretShape(text: string): boolean {
  const password = WITH_PASSWORD.exec(text)?.[1];
  return password === undefined ? OF_VENDORS.some((shape) => shape.test(text)) : !isPlaceholder(password);
}

/** A literal under this name that is a secret, and not a word that stands for one. */
export function isSecretText(name: string, text: string): boolean {
  if (hasSecretShape(text)) return true;
  if (!isSecretKey(name) || PUBLIC_NAME.test(name) || isPlaceholder(text) || NO_SECRETS.some((shape) => shape.test(text))) return false;
  return entropyOf(Buffer.from(text)) >= LEAST_ENTROPY_BITS;
}
