import type { BackupStatus, Manifest, VerdictRecord } from './manifest.ts';

/** Checks of a manifest without which no read-back can call the backup proven: only a drill, which loads it, can. */
const ESSENTIAL: readonly string[] = ['trailer', 'inventory', 'rows'];

export interface Standing {
  readonly status: BackupStatus;
  /** Verified or drilled, whole, not suspect, and no later verdict took it back. Only these push others out. */
  readonly proven: boolean;
  /** A verdict that failed and counts: what restore and people must hear. */
  readonly revoked?: VerdictRecord;
  /** Why it stays `complete` whatever is read back, one sentence each. */
  readonly doubts: readonly string[];
}

/** Latest verdict of a kind, by its own time; the later name decides a tie. */
function newest(verdicts: readonly VerdictRecord[], kind: VerdictRecord['kind']): VerdictRecord | undefined {
  return verdicts.filter((verdict) => verdict.kind === kind).reduce<VerdictRecord | undefined>((best, verdict) => (best === undefined || Date.parse(verdict.at) >= Date.parse(best.at) ? verdict : best), undefined);
}

/** What speaks against a manifest by itself. */
function doubtsOf(manifest: Manifest): { readonly always: readonly string[]; readonly untilDrilled: readonly string[] } {
  return {
    always: [
      ...manifest.partial.map((why) => `partial: ${why}`),
      ...(manifest.suspect === null ? [] : [`suspect: ${manifest.suspect}`]),
      ...manifest.checks.filter((check) => check.result === 'fail').map((check) => `check ${check.name} failed: ${check.why ?? 'no reason given'}`),
    ],
    untilDrilled: manifest.checks
      .filter((check) => check.result === 'not-run' && ESSENTIAL.includes(check.name))
      .map((check) => `check ${check.name} could not run: ${check.why ?? 'no reason given'}`),
  };
}

/**
 * `verdicts` in the order of their names. The newest verdict of each kind counts. A failed read-back takes back whatever
 * is older than it; a failed drill is answered only by a drill that passes, because reading bytes does not load them.
 */
export function standingOf(manifest: Manifest, verdicts: readonly VerdictRecord[]): Standing {
  const verify = newest(verdicts, 'verify');
  const drill = newest(verdicts, 'drill');
  const doubts = doubtsOf(manifest);
  if (drill?.verdict === 'fail') return { status: 'complete', proven: false, revoked: drill, doubts: doubts.always };
  if (verify?.verdict === 'fail' && !(drill !== undefined && Date.parse(drill.at) > Date.parse(verify.at))) return { status: 'complete', proven: false, revoked: verify, doubts: doubts.always };
  const open = drill === undefined ? [...doubts.always, ...doubts.untilDrilled] : doubts.always;
  if (open.length > 0 || (drill === undefined && verify === undefined)) return { status: 'complete', proven: false, doubts: open };
  return { status: drill === undefined ? 'verified' : 'drilled', proven: true, doubts: [] };
}
