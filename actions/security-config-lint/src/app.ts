import type { LaravelApp } from '@ops/laravel/app';
import type { Repository } from './repository.ts';
import type { Target } from './target.ts';

/** Everything that rules may look at; all reading is done before the first rule runs. */
export interface App {
  readonly target: Target;
  readonly laravel: LaravelApp;
  readonly repository: Repository;
  /** Where TLS ends: in the application's own server, at a proxy before it, or to be found out. */
  readonly tlsAt: 'auto' | 'app' | 'proxy';
  /** The input `strict`; false when not given. */
  readonly strict?: boolean;
  /** Now, in milliseconds: advisories and support end on days. */
  readonly todayMs: number;
  /** What `composer audit --format=json` wrote in an earlier step. */
  readonly composerAudit?: string | undefined;
}
