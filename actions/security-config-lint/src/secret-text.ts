import { entropyOf, isPlaceholder } from '@ops/laravel/app';

const LEAST_CHARACTERS = 16;
/** Bits per byte: words and names stay below, random letters and digits come above it. */
const LEAST_ENTROPY_BITS = 3.5;

/** Keys whose form says what they open: of GitHub, GitLab, AWS, Stripe, Slack, Google, SendGrid, npm, and private keys. */
const VENDOR_KEY = /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,}|glpat-[\w-]{20,}|A(?:KIA|SIA)[A-Z0-9]{16}|[rs]k_live_\w{20,}|xox[abprs]-[\w-]{20,}|AIza[\w-]{35}|SG\.[\w-]{22}\.[\w-]{43}|npm_[A-Za-z0-9]{36})\b|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;

/** Values that are computed elsewhere, paths and addresses without a user. */
const NO_SECRET = /\$\{\{|^\$|^(?:~|\.{0,2})\/|^[a-z][a-z0-9+.-]*:\/\/[^@]*$|^arn:|\s/i;

/** Which kind of secret a text looks like: one of a vendor, whatever its name, or a random one; undefined for what looks like none. */
export function secretKind(text: string): 'vendor' | 'random' | undefined {
  if (VENDOR_KEY.test(text)) return 'vendor';
  if (text.length < LEAST_CHARACTERS || NO_SECRET.test(text) || isPlaceholder(text)) return undefined;
  const isMixed = /\d/.test(text) && /[a-z]/i.test(text);
  return isMixed && entropyOf(Buffer.from(text)) >= LEAST_ENTROPY_BITS ? 'random' : undefined;
}
