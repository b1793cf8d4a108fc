/** What an issue of ours says about itself, hidden in its text: whose it is, and which kinds of runs fail. */
export interface Marker {
  readonly subject: string;
  /** `db-backup.backup.daily` each; the issue is closed when none is left. */
  readonly failing: readonly string[];
}

const MARKER = /<!-- fwber-ops-backup subject=(\S*) failing=(\S*) -->/;

/** The comment that hides in an issue. A name cannot end it: `>` and blanks are written as %XX. */
export function markerText({ subject, failing }: Marker): string {
  return `<!-- fwber-ops-backup subject=${encodeURIComponent(subject.toWellFormed())} failing=${failing.map((kind) => encodeURIComponent(kind)).join(',')} -->`;
}

export function readMarker(body: string): Marker | undefined {
  const [, subject, failing] = MARKER.exec(body) ?? [];
  if (subject === undefined || failing === undefined) return undefined;
  try {
    return { subject: decodeURIComponent(subject), failing: failing.split(',').filter((kind) => kind !== '').map((kind) => decodeURIComponent(kind)) };
  } catch {
    return undefined;
  }
}

/** The same text with another marker. */
export function withMarker(body: string, marker: Marker): string {
  return body.replace(MARKER, () => markerText(marker));
}
