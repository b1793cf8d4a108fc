import { createHash } from 'node:crypto';
import type { HostTarget } from '@ops/remote';
import type { ReleaseId } from '@ops/shared';
import type { RunIdentity, TargetConfig } from './config.ts';
import { journalMembers } from './journal.ts';

/** The file that answers the identity question; the id stands in it as text, so that a stale opcache tells the old one. */
export function beaconPhp(id: ReleaseId): string {
  return `<?php
// Answers with a hash that only this release can compute. Contains and reveals no secret.
header('Content-Type: text/plain'); header('Cache-Control: no-store');
$n = isset($_GET['nonce']) && is_string($_GET['nonce']) ? $_GET['nonce'] : '';
echo 'ops-release ', hash('sha256', '${id}:' . $n);
`;
}

/** What the beacon of release `id` answers to `nonce`. */
export function beaconAnswer(id: ReleaseId, nonce: string): string {
  return createHash('sha256').update(`${id}:${nonce}`).digest('hex');
}

/** Address of the beacon: the health address's origin. */
export function beaconUrl(healthUrl: string, beacon: string, nonce: string): string {
  return `${new URL(healthUrl).origin}/${beacon}?nonce=${nonce}`;
}

/** curl's `--resolve` value that sends a public name to the host itself; empty when the address already is one of the host. */
export function loopback(url: string | undefined): string {
  if (url === undefined) return '';
  const { hostname, port, protocol } = new URL(url);
  if (/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return '';
  return `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}:127.0.0.1`;
}

/** Values that every batch of a run has on a host. */
export function baseValues(target: HostTarget, run: RunIdentity, release: { readonly id: ReleaseId; readonly sha: string }, previous: ReleaseId | undefined, php: string): Record<string, string> {
  return {
    APP: target.path,
    SHARED: `${target.path}/shared`,
    RELEASE_ID: release.id,
    RELEASE_DIR: `${target.path}/releases/${release.id}`,
    PREVIOUS_DIR: previous === undefined ? '' : `${target.path}/releases/${previous}`,
    CURRENT_DIR: `${target.path}/current`,
    PHP: php,
    RUN: `${run.runId}.${run.attempt}`,
    SHA: release.sha,
    JOURNAL: journalMembers({ ...run, host: target.name, sha: release.sha }),
  };
}

/** The address that a host asks itself; undefined when that is off, or when the host serves no web: what answers there is not the application. */
export function askedUrl(config: TargetConfig, target: Pick<HostTarget, 'roles'>): string | undefined {
  return config.health.kind === 'gate' && target.roles.includes('web') ? config.health.hostUrl : undefined;
}

/** Values of the steps warm and beacon. */
export function beaconValues(config: TargetConfig, target: Pick<HostTarget, 'roles'>, release: ReleaseId, nonce: string, reachable: boolean, maxChildren: number | undefined): Record<string, string> {
  const url = reachable ? askedUrl(config, target) : undefined;
  const asked = url === undefined || config.beacon === undefined ? undefined : beaconUrl(url, config.beacon, nonce);
  return {
    WARM_URLS: asked === undefined || url === undefined ? '' : `${asked}\n${new URL(url).origin}/`,
    BEACON_URL: asked ?? '',
    BEACON_EXPECT: beaconAnswer(release, nonce),
    // At least twice the number of FPM children, so that each is met; at most 40.
    BEACON_TRIES: String(Math.min(40, Math.max(8, 2 * (maxChildren ?? 20)))),
    HOST_RESOLVE: loopback(url),
    RELOAD_COMMAND: target.roles.includes('web') ? (config.reloadCommand ?? '') : '',
  };
}
