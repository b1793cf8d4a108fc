import { z, type ZodType } from 'zod';
import { Secret } from '@ops/shared';

/** Shorter paths, `/` or `/hook`, are no secret, and masking them would blank out other text. */
const SHORTEST_PART = 12;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** https, or http that never leaves this machine. */
export function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

/** An address that is itself the secret: whoever knows it may write there. Blanks at its ends come from pasting. */
export function secretAddress(problem: (url: URL) => string | undefined = () => undefined): ZodType<Secret, string> {
  return z.transform<string, Secret>((text, context) => {
    const trimmed = text.trim();
    const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
    const wrong = url === undefined || !isSafe(url) ? 'must be an https address, such as https://hooks.example.com/backup' : problem(url);
    if (wrong === undefined) return new Secret(trimmed);
    context.addIssue({ code: 'custom', message: wrong });
    return z.NEVER;
  });
}

/** Address of a Pushgateway. It is no secret, so nothing secret may stand in it. */
export function gatewayAddress(): ZodType<string, string> {
  return z.transform<string, string>((text, context) => {
    const trimmed = text.trim();
    const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
    const wrong = url === undefined || !isSafe(url) ? 'must be an https address'
      : url.username !== '' || url.password !== '' ? 'must have no login in it; let a step of your own push the file of metrics-path to a gateway that wants one'
      : url.search !== '' || url.hash !== '' || url.pathname.includes('/metrics/') ? 'must end with the host, or with the path before /metrics'
      : undefined;
    if (wrong === undefined) return trimmed.replace(/\/+$/, '');
    context.addIssue({ code: 'custom', message: wrong });
    return z.NEVER;
  });
}

/** What gives an address away besides the whole: its path, its query, its login. For masking. */
export function tellingParts(address: Secret): readonly string[] {
  const url = new URL(address.reveal());
  return [url.href, `${url.pathname}${url.search}`, url.search.slice(1), decoded(url.username), decoded(url.password)].filter((part) => part.length >= SHORTEST_PART && part.trim() !== '');
}

/** A part of an address as its owner wrote it. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
