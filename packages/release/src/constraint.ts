/**
 * Composer's version constraints, as far as `require.php` uses them: `^8.1`, `~8.1.2`, `>=8.1 <9`, `8.2.*`,
 * `8.1 - 8.3`, joined by `|` or `||`, spaces or commas. https://getcomposer.org/doc/articles/versions.md
 */
type Version = readonly [number, number, number];

function parseVersion(text: string): { readonly version: Version; readonly given: number } | undefined {
  const match = /^v?(\d+)(?:\.(\d+|\*|x))?(?:\.(\d+|\*|x))?(?:[.+-].*)?$/.exec(text);
  if (match === null) return undefined;
  const parts = match.slice(1, 4).filter((part) => part !== undefined && /^\d+$/.test(part)).map(Number);
  return { version: [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0], given: parts.length };
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** The first version after all that share the `given` leading numbers of `version`. */
function after(version: Version, given: number): Version {
  if (given <= 1) return [version[0] + 1, 0, 0];
  return given === 2 ? [version[0], version[1] + 1, 0] : [version[0], version[1], version[2] + 1];
}

function satisfiesOne(version: Version, term: string): boolean | undefined {
  if (term === '*') return true;
  const match = /^(\^|~|>=|<=|!=|<>|>|<|==|=)?\s*(.+)$/.exec(term);
  const parsed = match?.[2] === undefined ? undefined : parseVersion(match[2]);
  if (parsed === undefined) return undefined;
  const order = compare(version, parsed.version);
  switch (match?.[1]) {
    case '^':
      return order >= 0 && compare(version, parsed.version[0] > 0 ? after(parsed.version, 1) : after(parsed.version, 2)) < 0;
    case '~':
      return order >= 0 && compare(version, after(parsed.version, Math.max(1, parsed.given - 1))) < 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '!=':
    case '<>':
      return order !== 0;
    default:
      return /[*x]$/.test(term) || parsed.given < 3
        ? order >= 0 && compare(version, after(parsed.version, parsed.given)) < 0
        : order === 0;
  }
}

/** True or false; undefined when the constraint uses a form this does not know (then say nothing). */
export function satisfies(version: string, constraint: string): boolean | undefined {
  const parsed = parseVersion(version);
  if (parsed === undefined) return undefined;
  let unknown = false;
  for (const alternative of constraint.split(/\|\|?/)) {
    const range = alternative.trim().replace(/@\w+/g, '').replace(/(\S+)\s+-\s+(\S+)/, '>=$1 <=$2.999999').replace(/(\^|~|[<>=!]=?|<>)\s+/g, '$1');
    const results = range.split(/[\s,]+/).filter((term) => term !== '').map((term) => satisfiesOne(parsed.version, term));
    if (results.length > 0 && results.every((result) => result === true)) return true;
    if (results.length === 0 || results.includes(undefined)) unknown = true;
  }
  return unknown ? undefined : false;
}
