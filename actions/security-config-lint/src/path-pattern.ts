/** True when a path matches a pattern: `*` stands for anything but `/`, `**` for anything; a folder stands for all below it. */
export function matchesPath(pattern: string, path: string): boolean {
  const source = pattern.replace(/^\.?\//, '').replace(/\/$/, '')
    .split(/(\*\*\/?|\*|\?)/)
    .map((part) => (part === '**/' ? '(?:.*/)?' : part === '**' ? '.*' : part === '*' ? '[^/]*' : part === '?' ? '[^/]' : part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}(?:/.*)?$`, 'u').test(path);
}
