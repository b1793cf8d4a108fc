/** Looks on a host: whether `current` always leads to a complete release, and a listing of everything in the app dir. */
import type { TestHost } from './hosts.ts';

export interface CurrentReport {
  readonly looks: number;
  /** Looks at which `current` did not lead to a complete release, as `ms since the start: what`; the first 20. */
  readonly bad: readonly string[];
  /** The releases seen, in order, without repetitions. */
  readonly sequence: readonly string[];
}

export interface CurrentWatch {
  /** Stops looking and resolves with what was seen. Call it once. */
  stop(): Promise<CurrentReport>;
}

// A release may be pruned between the two looks at it: then the link leads elsewhere meanwhile, and the look is repeated.
const WATCH = `
[, $app, $stop] = $argv;
$begun = hrtime(true);
$looks = 0; $bad = []; $sequence = []; $before = null;
while (!file_exists($stop)) {
    for ($try = 0; $try < 3; $try++) {
        clearstatcache(true);
        $target = @readlink("$app/current");
        $problem = $target === false ? 'no link' : (is_file("$app/$target/.complete.json") && is_file("$app/$target/public/index.php") ? null : "incomplete: $target");
        if ($problem === null || @readlink("$app/current") === $target) break;
    }
    $looks++;
    if ($problem !== null && count($bad) < 20) $bad[] = intdiv(hrtime(true) - $begun, 1000000).": $problem";
    if ($target !== $before) { $sequence[] = basename((string) $target); $before = $target; }
    usleep(2000);
}
echo json_encode(['looks' => $looks, 'bad' => $bad, 'sequence' => $sequence]), "\\n";
`;

/** Starts looking at the host's `current`, about 400 times a second. */
export async function watchCurrent(host: TestHost): Promise<CurrentWatch> {
  const mark = `/tmp/watch-${process.pid}-${Date.now()}`;
  const env = { CODE: WATCH, APP: host.appDir, MARK: mark };
  const started = await host.exec('php -r "$CODE" "$APP" "$MARK.stop" > "$MARK.out" 2> "$MARK.err" & echo $!', { env });
  const pid = started.stdout.trim();
  return {
    async stop() {
      const ended = await host.exec('touch "$MARK.stop"; while kill -0 "$PID" 2> /dev/null; do sleep 0.05; done; cat "$MARK.out"; cat "$MARK.err" >&2; rm -f "$MARK".*', { env: { MARK: mark, PID: pid } });
      if (ended.stdout === '') throw new Error(`the watch on ${host.name} ended without a report: ${ended.stderr}`);
      const report: CurrentReport = JSON.parse(ended.stdout);
      return report;
    },
  };
}

const LIST = `cd "$APP"
find . -path ./shared/storage/logs -prune -o -printf '%p %y inode %i mode %m owner %u:%g size %s mtime %T@ ctime %C@ -> %l\\n' | sort
find . -path ./shared/storage/logs -prune -o -type f -print0 | sort -z | xargs -0 -r sha256sum`;

/** Everything under the app dir except shared/storage/logs: inodes, modes, owners, sizes, times, link targets and hashes, a line each. */
export async function listAppDir(host: TestHost): Promise<readonly string[]> {
  const done = await host.exec(LIST, { env: { APP: host.appDir } });
  if (done.exit !== 0) throw new Error(`${host.appDir} of ${host.name} could not be listed: ${done.stderr}`);
  return done.stdout.trimEnd().split('\n');
}
