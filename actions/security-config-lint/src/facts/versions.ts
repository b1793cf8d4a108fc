import { compareVersions } from '@ops/laravel/app';
import type { App } from '../app.ts';
import type { Why } from '../decide.ts';

export const NO_VERSION: Why = { reason: 'no-version', why: 'the version of laravel/framework is not known: commit composer.lock, or give framework-version' };

/** True when the framework is at least this version; undefined when nobody knows. */
export function isFramework({ laravel }: Pick<App, 'laravel'>, atLeast: string): boolean | undefined {
  const { version } = laravel.framework;
  return version === undefined ? undefined : compareVersions(version, atLeast) >= 0;
}
