import type { App } from './app.ts';
import { inlineSuppressions } from './inline.ts';
import type { Registry } from './registry.ts';
import type { Suppression } from './suppression.ts';

const COMMENTED = /(?:^|\/)(?:\.env[^/]*|[^/]+\.(?:ya?ml|env)|[^/]*Dockerfile[^/]*|[^/]*Containerfile[^/]*)$/;

/** The suppressions in comments of the whole repository. */
export function inlineIn({ laravel, repository }: Pick<App, 'laravel' | 'repository'>, registry: Registry, allowed: boolean): readonly Suppression[] {
  const php = laravel.filesWith(['fws-ignore']).map((file) => repository.prefix + file);
  const others = repository.files.filter((file) => COMMENTED.test(file) && (repository.text(file) ?? '').includes('fws-ignore'));
  return [...new Set([...php, ...others])].sort().flatMap((file) => inlineSuppressions({
    file, text: repository.text(file) ?? '', tracked: repository.holds(file), kind: /(?:^|\/)\.env[^/]*$|\.env$/.test(file) ? 'env' : 'other',
  }, registry, allowed));
}
