import type { HostTarget } from '@ops/remote';
import type { AbsolutePath, Secret, Sha } from '@ops/shared';
import type { HealthConfig } from './verdict.ts';

/** Who runs, as lock, journal and history name it. */
export interface RunIdentity {
  readonly runId: string;
  readonly attempt: string;
  readonly actor: string;
  readonly runUrl: string;
}

/** What deploy and rollback share: where, who, and how the result is judged. */
export interface TargetConfig {
  readonly environment: string;
  readonly app: 'laravel' | 'generic';
  /** Sorted by name. */
  readonly hosts: readonly HostTarget[];
  readonly run: RunIdentity;
  readonly php: string;
  readonly restartCommand: string | undefined;
  readonly reloadCommand: string | undefined;
  readonly lockWaitMs: number;
  /** File name of the identity beacon under public/, or undefined when it is off. */
  readonly beacon: string | undefined;
  readonly health: HealthConfig;
  readonly batch: BatchSize;
  readonly canary: boolean;
  readonly dryRun: boolean;
}

/** How many hosts switch at once after the canary. */
export type BatchSize = { readonly kind: 'all' } | { readonly kind: 'count'; readonly count: number } | { readonly kind: 'percent'; readonly percent: number };

export type Source =
  | { readonly kind: 'artifact'; readonly path: string }
  | { readonly kind: 'git'; readonly repository: string; readonly deployKey: Secret | undefined; readonly knownHosts: string };

export type BackupPolicy =
  | { readonly kind: 'auto' }
  | { readonly kind: 'id'; readonly id: string; readonly maxAgeMs: number }
  | { readonly kind: 'never'; readonly reason: string };

export interface DeployConfig extends TargetConfig {
  readonly source: Source;
  readonly appRoot: string;
  readonly sha: Sha;
  readonly exclude: readonly string[];
  readonly shared: readonly string[];
  readonly keepReleases: number;
  readonly composer: string;
  readonly composerFlags: readonly string[];
  readonly buildCommand: string | undefined;
  readonly migrateCommand: string | undefined;
  readonly smokeCommand: string | undefined;
  readonly migrate: 'auto' | 'never';
  readonly destructive: 'block' | 'warn' | 'allow';
  readonly databaseLockWaitSeconds: number;
  readonly backup: BackupPolicy;
  readonly maintenance: Maintenance;
  readonly maxUnavailable: number;
  readonly whenInconclusive: 'rollback' | 'keep';
}

export type Maintenance =
  | { readonly kind: 'never' }
  | { readonly kind: 'always'; readonly render: string | undefined; readonly retrySeconds: number; readonly secret: Secret | undefined };

export interface RollbackConfig extends TargetConfig {
  /** A release id, a commit or its prefix; undefined means the last good release. */
  readonly to: string | undefined;
  readonly allowSchemaAhead: boolean;
}

/** The state directory of an app dir. */
export function stateDir(path: AbsolutePath): string {
  return `${path}/.deploy`;
}
