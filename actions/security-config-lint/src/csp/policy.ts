/** One Content Security Policy, parsed as browsers parse it (https://www.w3.org/TR/CSP3/#parse-serialized-policy). */
export interface Policy {
  readonly disposition: 'enforce' | 'report';
  readonly from: 'header' | 'meta';
  /** Names in lower case, values split at blanks; of a directive that stands twice only the first counts. */
  readonly directives: ReadonlyMap<string, readonly string[]>;
}

/** Directives that browsers drop from a policy in a meta element (https://html.spec.whatwg.org/#attr-meta-http-equiv-content-security-policy). */
const NOT_IN_META = ['frame-ancestors', 'report-uri', 'sandbox'];

/** The policies of one header's values, in order: every line, and within a line every part between commas, is a policy of its own. Parts without a directive are none. */
export function headerPolicies(values: readonly string[], disposition: Policy['disposition']): readonly Policy[] {
  return values.flatMap((value) => value.split(',')).flatMap((text) => policyOf(text, disposition, 'header'));
}

/** The policy of one meta element, where a comma separates nothing. */
export function metaPolicies(content: string): readonly Policy[] {
  return policyOf(content, 'enforce', 'meta').flatMap(({ directives, ...rest }) => {
    const kept = new Map([...directives].filter(([name]) => !NOT_IN_META.includes(name)));
    return kept.size === 0 ? [] : [{ ...rest, directives: kept }];
  });
}

/** The policies that a browser obeys. */
export function enforced(policies: readonly Policy[]): readonly Policy[] {
  return policies.filter(({ disposition }) => disposition === 'enforce');
}

function policyOf(text: string, disposition: Policy['disposition'], from: Policy['from']): readonly Policy[] {
  const directives = new Map<string, readonly string[]>();
  for (const token of text.split(';')) {
    const [name, ...values] = words(token);
    if (name === undefined || !isAscii(token) || directives.has(name.toLowerCase())) continue;
    directives.set(name.toLowerCase(), values);
  }
  return directives.size === 0 ? [] : [{ disposition, from, directives }];
}

/** ASCII whitespace of the Infra standard: no vertical tab. */
function words(text: string): readonly string[] {
  return text.split(/[\t\n\f\r ]+/).filter((word) => word !== '');
}

function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are ASCII
  return /^[\u0000-\u007f]*$/.test(text);
}
