import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { broadScriptSources, shownSource, wideSources } from './broad.ts';
import { listFor } from './fallback.ts';
import { frameAncestors } from './framing.ts';
import { evalGrant, inlineGrant, restrictsScripts, type InlineKind } from './inline.ts';
import { nonceBits, noncesOf } from './nonce.ts';
import { registrableDomain } from './open-hosts.ts';
import { enforced, headerPolicies, metaPolicies, type Policy } from './policy.ts';
import { covers } from './reach.ts';
import { parseSources } from './source.ts';

const none = (): ReadonlySet<string> => new Set();

/** One policy a text. */
function policies(...texts: readonly string[]): readonly Policy[] {
  return texts.flatMap((text) => headerPolicies([text], 'enforce'));
}

function directives(policy: Policy | undefined): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(policy?.directives ?? []);
}

describe('policies', () => {
  test('names count in any case, of two equal directives the first, and blanks do not matter', () => {
    expect(directives(policies(" Script-Src 'self' ;script-src *;; \t img-src\t*  data: ; ")[0])).toEqual({ 'script-src': ["'self'"], 'img-src': ['*', 'data:'] });
  });

  test('each line and each part between commas is a policy of its own', () => {
    expect(headerPolicies(["default-src 'self', script-src *", 'img-src *'], 'enforce').map((policy) => Object.keys(directives(policy)))).toEqual([['default-src'], ['script-src'], ['img-src']]);
  });

  test('empty parts are no policy', () => {
    expect(headerPolicies(['', ' ; ;', ','], 'enforce')).toEqual([]);
  });

  test('a directive with a character that is not ASCII is dropped, the others stay', () => {
    expect(Object.keys(directives(policies('script-src é; img-src *')[0]))).toEqual(['img-src']);
  });

  test('in a meta element frame-ancestors, report-uri and sandbox do not count, and a comma separates nothing', () => {
    expect(metaPolicies("script-src 'self', b; frame-ancestors 'none'; report-uri /r; sandbox").map(directives)).toEqual([{ 'script-src': ["'self',", 'b'] }]);
    expect(metaPolicies("frame-ancestors 'none'")).toEqual([]);
  });

  test('only enforced ones are obeyed', () => {
    expect(enforced([...headerPolicies(['a b'], 'report'), ...headerPolicies(['c d'], 'enforce')])).toHaveLength(1);
  });

  test('no text is too odd to be read', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(' ', ';', ',', "'", '*', ':', '/', 'a', 'script-src', "'nonce-", 'https:', '\t', 'é', '.', '=') }), (text) => {
      const read = headerPolicies([text], 'enforce');
      broadScriptSources(read, undefined, none);
      inlineGrant(read, 'script-src-elem');
      frameAncestors(read);
      metaPolicies(text);
    }));
  });
});

describe('source expressions', () => {
  test.each([
    ["'SELF'", 'keyword'],
    ["'unsafe-inline'", 'keyword'],
    ["'Nonce-abc+/_-=='", 'nonce'],
    ["'nonce-'", 'invalid'],
    ["'nonce-{{nonce}}'", 'invalid'],
    ["'nonce-$nonce'", 'invalid'],
    ["'sha256-abc='", 'hash'],
    ["'sha1-abc='", 'invalid'],
    ['https:', 'scheme'],
    ['DATA:', 'scheme'],
    ['*', 'host'],
    ['*.example.com:*', 'host'],
    ['https://cdn.example.com:8443/js/', 'host'],
    ['localhost:5173', 'host'],
    ['self', 'host'],
    ['ex*mple.com', 'invalid'],
    ['https://example.com/a?b', 'invalid'],
    ["'unknown'", 'invalid'],
    ['[::1]', 'invalid'],
  ])('%s is a %s', (text, kind) => {
    expect(parseSources([text])[0]?.kind).toBe(kind);
  });

  test("'none' stands for nothing, beside another it is ignored", () => {
    expect(parseSources(["'NONE'"])).toEqual([]);
    expect(parseSources(["'none'", "'self'"])).toHaveLength(1);
  });

  test('what is printed holds neither path nor nonce', () => {
    expect(parseSources(['https://CDN.example.com:8443/secret/', "'nonce-abc'", "'sha256-abc'", "'odd", 'HTTPS:', '*']).map(shownSource))
      .toEqual(['https://cdn.example.com:8443', "'nonce-…'", "'sha…'", 'an expression that browsers ignore', 'https:', '*']);
  });
});

describe('which directive speaks', () => {
  test.each([
    ['script-src-elem', "script-src-elem 'self'; script-src *; default-src *", 'script-src-elem'],
    ['script-src-elem', "script-src 'self'; default-src *", 'script-src'],
    ['script-src-attr', "default-src 'self'; script-src-elem *", 'default-src'],
    ['script-src', "script-src-elem 'self'; default-src *", 'default-src'],
    ['style-src-elem', "style-src 'self'", 'style-src'],
    ['object-src', "default-src 'none'", 'default-src'],
    ['base-uri', "default-src 'none'", undefined],
    ['frame-ancestors', "default-src 'none'", undefined],
    ['script-src-elem', 'img-src *', undefined],
  ] as const)('%s in %s: %s', (directive, text, expected) => {
    expect(policies(text).map((policy) => listFor(policy, directive)?.directive)).toEqual([expected]);
  });
});

describe('inline code', () => {
  test.each<[string, InlineKind, readonly string[], 'denied' | 'allowed' | 'unrestricted']>([
    ['it is allowed where unsafe-inline stands alone', 'script-src-elem', ["script-src 'unsafe-inline'"], 'allowed'],
    ['it is allowed by the fallback too', 'script-src-attr', ["default-src 'self' 'unsafe-inline'"], 'allowed'],
    ['a nonce voids unsafe-inline', 'script-src-elem', ["script-src 'nonce-abc' 'unsafe-inline'"], 'denied'],
    ['a hash voids it', 'script-src-attr', ["script-src 'sha256-abc=' 'unsafe-inline'"], 'denied'],
    ['a nonce that was never filled in voids nothing', 'script-src-elem', ["script-src 'nonce-{{nonce}}' 'unsafe-inline'"], 'allowed'],
    ['strict-dynamic voids it for scripts', 'script-src-attr', ["script-src 'strict-dynamic' 'unsafe-inline'"], 'denied'],
    ['strict-dynamic does not void it for styles', 'style-src-elem', ["style-src 'strict-dynamic' 'unsafe-inline'"], 'allowed'],
    ['a nonce voids it for styles', 'style-src-elem', ["style-src 'nonce-abc' 'unsafe-inline'"], 'denied'],
    ['the special directive wins over the general one', 'script-src-attr', ["script-src 'nonce-abc'; script-src-attr 'unsafe-inline'"], 'allowed'],
    ['the special directive protects', 'script-src-attr', ["script-src 'unsafe-inline'; script-src-attr 'none'"], 'denied'],
    ['an empty list denies', 'script-src-elem', ['script-src'], 'denied'],
    ['nothing said is nothing restricted', 'script-src-elem', ["img-src 'self'"], 'unrestricted'],
    ['a script-src-elem says nothing about attributes', 'script-src-attr', ["script-src-elem 'self'"], 'unrestricted'],
    ['a second policy takes it away', 'script-src-elem', ["script-src 'unsafe-inline'", "script-src 'self'"], 'denied'],
    ['a second policy without a say does not', 'script-src-elem', ["script-src 'unsafe-inline'", "img-src 'self'"], 'allowed'],
    ['two policies that both allow it', 'script-src-elem', ["script-src 'unsafe-inline'", "default-src 'unsafe-inline'"], 'allowed'],
    ['unsafe-hashes alone is not all inline', 'script-src-attr', ["script-src 'unsafe-hashes' 'sha256-abc='"], 'denied'],
    ['case does not matter', 'script-src-elem', ["Script-Src 'UNSAFE-INLINE'"], 'allowed'],
    ['no policy at all', 'script-src-elem', [], 'unrestricted'],
  ])('%s', (_name, kind, texts, expected) => {
    expect(inlineGrant(policies(...texts), kind).kind).toBe(expected);
  });

  test.each<[string, readonly string[], string]>([
    ['unsafe-eval is not voided by a nonce', ["script-src 'nonce-abc' 'strict-dynamic' 'unsafe-eval'"], 'allowed'],
    ['script-src-elem is not asked', ["script-src-elem 'unsafe-eval'; script-src 'self'"], 'denied'],
    ['wasm-unsafe-eval is not eval', ["script-src 'wasm-unsafe-eval'"], 'denied'],
    ['default-src speaks for it', ["default-src 'unsafe-eval'"], 'allowed'],
    ['a second policy takes it away', ["script-src 'unsafe-eval'", "default-src 'self'"], 'denied'],
    ['nothing said', ["script-src-elem 'self'"], 'unrestricted'],
  ])('eval: %s', (_name, texts, expected) => {
    expect(evalGrant(policies(...texts)).kind).toBe(expected);
  });

  test('a policy that names no scripts restricts none', () => {
    expect(restrictsScripts(policies("frame-ancestors 'none'; upgrade-insecure-requests"))).toBe(false);
    expect(restrictsScripts(policies("script-src-attr 'none'"))).toBe(true);
  });
});

const PAGE = { host: 'www.example.com', port: '443' };

describe('sources of scripts', () => {
  const bypasses = (known: readonly string[]) => (sources: readonly string[]): ReadonlySet<string> => new Set(sources.filter((source) => known.includes(source)));
  const broad = (texts: readonly string[], known: readonly string[] = []): readonly string[] => broadScriptSources(policies(...texts), PAGE, bypasses(known)).map(({ directive, source, breadth }) => `${directive} ${source.text} ${breadth}`);

  test.each<[string, readonly string[], readonly string[]]>([
    ['a star', ['script-src *'], ['script-src * any-host']],
    ['schemes of the web', ['default-src https: http:'], ['default-src https: any-host', 'default-src http: any-host']],
    ['a star with a scheme or a port', ['script-src https://* *:8443'], ['script-src https://* any-host', 'script-src *:8443 any-host']],
    ['data', ["script-src 'self' data:"], ['script-src data: data']],
    ['blob is no door by itself', ["script-src 'self' blob:"], []],
    ['a bare address', ['script-src 203.0.113.7'], ['script-src 203.0.113.7 address']],
    ['a host where anybody publishes', ['script-src https://unpkg.com'], ['script-src https://unpkg.com open-host']],
    ['one package of it', ['script-src https://unpkg.com/vue@3.5.0/'], []],
    ['subdomains that anybody rents', ['script-src *.github.io'], ['script-src *.github.io open-host']],
    ['one that we rented', ['script-src us.github.io'], []],
    ['a whole top-level domain', ['script-src *.com *.co.uk'], ['script-src *.com open-host', 'script-src *.co.uk open-host']],
    ['own subdomains', ['script-src *.example.com'], []],
    ['script-src-elem wins', ["script-src *; script-src-elem 'self'"], []],
    ['strict-dynamic voids host lists', ["script-src 'nonce-abc' 'strict-dynamic' https: *"], []],
    ['a nonce alone voids no host list', ["script-src 'nonce-abc' https:"], ['script-src https: any-host']],
    ['a second policy narrows', ['script-src *', "script-src 'self'"], []],
    ['a second policy with strict-dynamic narrows', ['script-src *', "script-src 'nonce-abc' 'strict-dynamic'"], []],
    ['two wide policies', ['script-src *', 'script-src https:'], ['script-src * any-host', 'script-src https: any-host']],
    ['the narrow part of a wide and a narrow policy is judged', ['script-src *', 'script-src https://unpkg.com'], ['script-src https://unpkg.com open-host']],
    ['twice the same', ['script-src * *', 'script-src *'], ['script-src * any-host']],
    ['styles do not matter', ["script-src 'self'; style-src *"], []],
  ])('%s', (_name, texts, expected) => {
    expect(broad(texts)).toEqual(expected);
  });

  test('hosts that are known to undo policies', () => {
    expect(broad(['script-src accounts.example.net'], ['accounts.example.net'])).toEqual(['script-src accounts.example.net bypass-host']);
    expect(broad(['script-src accounts.example.net', "script-src 'self'"], ['accounts.example.net'])).toEqual([]);
  });

  test.each([
    ["'self'", 'https://www.example.com', true],
    ["'self'", 'https://cdn.example.com', false],
    ['*.example.com', 'www.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', '*.cdn.example.com', true],
    ['*.cdn.example.com', '*.example.com', false],
    ['https:', '*', true],
    ['*', 'wss:', true],
    ['*', 'data:', false],
    ['https:', 'cdn.example.com:8443', true],
    ['cdn.example.com', 'cdn.example.com:8443', false],
    ['cdn.example.com:*', 'cdn.example.com:8443', true],
    ['http://cdn.example.com', 'https://cdn.example.com', true],
    ['cdn.example.com/js/', 'cdn.example.com/js/app.js', true],
    ['cdn.example.com/js', 'cdn.example.com/js/app.js', false],
    ['cdn.example.com/js/', 'cdn.example.com', false],
    ["'nonce-abc'", 'cdn.example.com', false],
  ])('%s lets in all of %s: %s', (list, wanted, expected) => {
    const [source] = parseSources([wanted]);
    expect(source !== undefined && covers(parseSources([list]), source, PAGE)).toBe(expected);
  });

  test('what is too wide for plugins and for the base', () => {
    expect(wideSources(parseSources(["'self'", '*', 'https:', 'data:', 'cdn.example.com', '*.com'])).map(({ text }) => text)).toEqual(['*', 'https:', 'data:', '*.com']);
  });

  test.each([
    ['app.example.com', 'example.com'], ['example.com', 'example.com'], ['a.b.example.co.uk', 'example.co.uk'], ['localhost', 'localhost'],
  ])('%s was registered as %s', (host, expected) => {
    expect(registrableDomain(host)).toBe(expected);
  });
});

describe('nonces', () => {
  test('are found in every list that uses them, each once', () => {
    expect(noncesOf(policies("script-src 'nonce-a1'; style-src 'nonce-a1' 'nonce-b2'; img-src 'nonce-c3'", "default-src 'nonce-d4'"))).toEqual(['a1', 'b2', 'd4']);
  });

  test.each([
    ['a'.repeat(22), 88], ['Zz'.repeat(11), 132], ['Zz'.repeat(10), 120], ['0123456789abcdef0123456789abcdef', 128], ['8f14e45f-ceea-467f-a8c1-dbb6a5a7d4a1', 128], ['1234567890', 33], ['MTIz==', 24],
  ])('%s holds at most %d bits', (nonce, bits) => {
    expect(nonceBits(nonce)).toBe(bits);
  });
});

describe('framing', () => {
  test.each([
    [["frame-ancestors 'none'"], 'restricted'],
    [['frame-ancestors partner.example.com'], 'restricted'],
    [['frame-ancestors *'], 'anybody'],
    [['frame-ancestors https:'], 'anybody'],
    [['frame-ancestors *', "frame-ancestors 'self'"], 'restricted'],
    [["default-src 'none'"], 'absent'],
  ])('%s: %s', (texts, expected) => {
    expect(frameAncestors(policies(...texts))).toBe(expected);
  });

  test('a policy in the page does not count', () => {
    expect(frameAncestors(metaPolicies("frame-ancestors 'none'; script-src 'self'"))).toBe('absent');
  });
});
