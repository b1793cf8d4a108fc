import type { RealEnvironment } from '../env/sources.ts';

/** Whether the tree carries a cached configuration: then no `.env` is read, and `env()` sees the real environment only. */
export interface ConfigCache {
  readonly path: string;
  readonly isPresent: boolean;
}

const CONFIG_CACHE = 'bootstrap/cache/config.php';

/** Laravel looks where the real `APP_CONFIG_CACHE` says, below the application's folder unless it is absolute. */
export function configCacheOf(real: RealEnvironment, paths: readonly string[]): ConfigCache {
  const path = real.find('APP_CONFIG_CACHE')?.text ?? CONFIG_CACHE;
  return { path, isPresent: paths.includes(path) };
}
