/** What a file of patterns says about a path. */
export type Ignored = 'ignored' | 'kept' | 'unsaid';

/**
 * Whether a `.gitignore` or `.dockerignore` leaves a path out. The last pattern that fits counts, and a folder that is left out
 * takes all below it along. Patterns of git without a slash fit in every folder, those of Docker only at the top.
 */
export function ignoredBy(patterns: string, path: string, dialect: 'git' | 'docker'): Ignored {
  let answer: Ignored = 'unsaid';
  for (const line of patterns.split(/\r?\n/)) {
    const text = line.replace(/(?<!\\)[ \t]+$/, '');
    if (text === '' || text.startsWith('#')) continue;
    const isNegated = text.startsWith('!');
    if (fits(isNegated ? text.slice(1) : text, path, dialect)) answer = isNegated ? 'kept' : 'ignored';
  }
  return answer;
}

function fits(pattern: string, path: string, dialect: 'git' | 'docker'): boolean {
  const isFolderOnly = dialect === 'git' && pattern.endsWith('/');
  const bare = pattern.replace(/^\.\//, dialect === 'docker' ? '' : './').replace(/\/+$/, '');
  const isAnchored = dialect === 'docker' || bare.replace(/^\\/, '').includes('/');
  const expression = new RegExp(`^${isAnchored ? '' : '(?:.*/)?'}${glob(bare.replace(/^\//, ''))}$`);
  const parts = path.split('/');
  return parts.some((_, index) => {
    const isWhole = index === parts.length - 1;
    return !(isWhole && isFolderOnly) && expression.test(parts.slice(0, index + 1).join('/'));
  });
}

function glob(pattern: string): string {
  let result = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const rest = pattern.slice(at);
    const [folders] = /^\*\*\//.exec(rest) ?? [];
    const [set, negated = '', members = ''] = /^\[([!^]?)([^\]]+)\]/.exec(rest) ?? [];
    if (folders !== undefined) {
      result += '(?:.*/)?';
      at += folders.length - 1;
    } else if (rest.startsWith('**')) {
      result += '.*';
      at += 1;
    } else if (set !== undefined) {
      result += `[${negated === '' ? '' : '^'}${members.replaceAll('\\', '\\\\')}]`;
      at += set.length - 1;
    } else {
      const [char = ''] = rest;
      const escaped = char === '\\' ? pattern[(at += 1)] ?? '' : char;
      result += char === '*' ? '[^/]*' : char === '?' ? '[^/]' : escaped.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    }
  }
  return result;
}
