/** What the head of an HTML page says about its own policies. */
export interface HtmlHead {
  /** `content` of each `<meta http-equiv="Content-Security-Policy">`, in order. */
  readonly policies: readonly string[];
  /** `content` of each `<meta name="referrer">`, in order. */
  readonly referrers: readonly string[];
  /** True when the end of the head was seen, so that no more can come. */
  readonly complete: boolean;
}

/** Elements that leave the head open; any other one, and any text, begins the body, where browsers obey no such meta element. */
const HEAD_ELEMENTS = new Set(['html', 'head', 'base', 'basefont', 'bgsound', 'link', 'meta', 'noframes', 'noscript', 'script', 'style', 'template', 'title']);
/** Their content is text, or belongs to no document: nothing in it is a child of the head. */
const OPAQUE_ELEMENTS = new Set(['noframes', 'noscript', 'script', 'style', 'template', 'title']);

const BLANK = /[\t\n\f\r ]+/y;
const COMMENT = /<!--[^]*?-->/y;
const DECLARATION = /<[!?][^>]*>/y;
const END_TAG = /<\/([a-z][^\t\n\f\r />]*)[^>]*>/iy;
const START_TAG = /<([a-z][^\t\n\f\r />]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/iy;
const ATTRIBUTE = /([^\t\n\f\r "'>/=]+)(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^\t\n\f\r "'>]+)))?/g;

/** Reads the head as a browser would, as far as these meta elements go. Takes any text. */
export function readHead(html: string): HtmlHead {
  const policies: string[] = [];
  const referrers: string[] = [];
  let at = html.startsWith('\uFEFF') ? 1 : 0;
  while (at < html.length) {
    const skipped = endOf(BLANK, html, at) ?? endOf(COMMENT, html, at) ?? endOf(DECLARATION, html, at);
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    const tag = match(START_TAG, html, at);
    const name = tag?.[1]?.toLowerCase() ?? '';
    if (tag === undefined || !HEAD_ELEMENTS.has(name)) return { policies, referrers, complete: tag !== undefined || endsHead(html, at) };
    if (name === 'meta') note(attributesOf(tag[2] ?? ''), policies, referrers);
    at = START_TAG.lastIndex;
    if (!OPAQUE_ELEMENTS.has(name)) continue;
    const end = html.slice(at).search(new RegExp(`</${name}[\\t\\n\\f\\r />]`, 'i'));
    if (end < 0) break;
    at = endOf(END_TAG, html, at + end) ?? html.length;
  }
  return { policies, referrers, complete: false };
}

/** An unfinished tag at the end of what was read ends nothing; text, and any end tag, do. */
function endsHead(html: string, at: number): boolean {
  return match(END_TAG, html, at) !== undefined || !html.startsWith('<', at);
}

function note(attributes: ReadonlyMap<string, string>, policies: string[], referrers: string[]): void {
  const content = attributes.get('content');
  if (content === undefined) return;
  if (attributes.get('http-equiv')?.toLowerCase() === 'content-security-policy') policies.push(content);
  if (attributes.get('name')?.toLowerCase() === 'referrer') referrers.push(content);
}

/** Of an attribute that stands twice only the first counts. */
function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single, bare] of text.matchAll(ATTRIBUTE)) {
    if (!attributes.has(name.toLowerCase())) attributes.set(name.toLowerCase(), decoded(double ?? single ?? bare ?? ''));
  }
  return attributes;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', apos: "'", quot: '"', lt: '<', gt: '>', nbsp: '\u00A0', semi: ';', colon: ':', comma: ',' };

/** The references that a template writes; others stay as they are. */
function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code <= 0x10FFFF ? String.fromCodePoint(code) : whole;
  });
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  return match(pattern, text, at) === undefined ? undefined : pattern.lastIndex;
}
