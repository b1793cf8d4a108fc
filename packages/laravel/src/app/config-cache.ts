/** Whether the tree carries a cached configuration: then no `.env` is read, and `env()` sees the real environment only. */
export interface ConfigCache {
  readonly path: string;
  readonly isPresent: boolean;
}

export const CONFIG_CACHE = 'bootstrap/cache/config.php';
