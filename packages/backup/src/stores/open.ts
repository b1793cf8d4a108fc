import type { Clock, Log, Random } from '@ops/shared';
import { BackupFault } from '../fault.ts';
import type { Place } from '../place.ts';
import { FsStore } from './fs.ts';
import { HostStore } from './host.ts';
import { LeaseCache, staticCredentials, type CredentialCache, type TokenSource } from './s3/credentials.ts';
import { assumeRole } from './s3/oidc.ts';
import { S3Store } from './s3/s3-store.ts';
import { S3_LIMITS, type S3Limits } from './s3/sdk.ts';
import type { S3Target, StoreSettings } from './settings.ts';
import { parseStores } from './store-url.ts';
import type { Store } from './store.ts';

export interface StoresDeps {
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly random: Pick<Random, 'hex'>;
  readonly log: Pick<Log, 'warning'>;
  readonly mask: (secret: string) => void;
  readonly fetch: typeof fetch;
  /** The host of that name; only asked for names of `settings.hosts`. */
  readonly host: (name: string) => Place;
  /** GitHub's identity token of the job; undefined where there is none. */
  readonly tokens: TokenSource | undefined;
  readonly runId: string;
  /** Time limits of s3 stores; S3_LIMITS when not given. */
  readonly limits?: S3Limits;
}

/** The stores of the input `stores`, in order; the first is the primary. Throws BackupFault `bad-input` that lists every wrong line. Connects to nothing yet. */
export function openStores(lines: readonly string[], settings: StoreSettings, deps: StoresDeps): readonly Store[] {
  const parsed = parseStores(lines, settings);
  if (!parsed.ok) throw new BackupFault({ reason: 'bad-input', message: parsed.errors.length === 1 ? (parsed.errors[0] ?? '') : `${parsed.errors.length} things are wrong with the stores; nothing was changed:\n${parsed.errors.map((error) => `- ${error}`).join('\n')}` });
  return parsed.targets.map((target) => {
    switch (target.kind) {
      case 's3':
        return new S3Store(target, settings, credentialsOf(target, deps), { clock: deps.clock, log: deps.log, limits: deps.limits ?? S3_LIMITS });
      case 'fs':
        return new FsStore(target, deps);
      case 'host':
        return new HostStore(target, { place: deps.host(target.host), random: deps.random, clock: deps.clock });
    }
  });
}

function credentialsOf(target: S3Target, deps: StoresDeps): CredentialCache {
  const { access } = target;
  if (access.kind === 'keys') return staticCredentials(access);
  const request = { arn: access.arn, region: target.region, endpoint: target.endpoint, source: deps.tokens };
  return new LeaseCache(async () => assumeRole(request, { fetch: deps.fetch, sleep: async (ms) => deps.clock.sleep(ms), mask: deps.mask, runId: deps.runId }), deps.clock, deps.mask);
}
