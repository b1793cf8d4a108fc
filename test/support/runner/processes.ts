import { readFileSync, readdirSync } from 'node:fs';

const SAMPLE_MS = 40;
const GONE_AFTER_MS = 2000;

interface Seen {
  readonly started: string;
  readonly ours: boolean;
}

/** Watches /proc for the processes of one run: those with its marker in the environment, and all their descendants. */
export class ProcessWatch {
  /** Command lines of all processes seen so far, once each. */
  readonly commandLines = new Set<string>();
  readonly #marker: Buffer;
  readonly #seen = new Map<number, Seen>();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(marker: string, whileItRuns = true) {
    this.#marker = Buffer.from(marker);
    this.#timer = whileItRuns ? setInterval(() => this.sample(), SAMPLE_MS).unref() : undefined;
  }

  /** Looks once. Returns the living processes of the run as `pid command line`; a zombie is dead. */
  sample(): Map<number, string> {
    const alive = new Map<number, string>();
    const pids = readdirSync('/proc').map(Number).filter((pid) => pid > 0 && pid !== process.pid).sort((a, b) => a - b);
    for (const pid of pids) {
      const stat = statOf(pid);
      if (stat === undefined || !this.#isOurs(pid, stat)) continue;
      const line = commandLine(pid);
      if (line !== '') this.commandLines.add(line);
      if (stat.state !== 'Z' && stat.state !== 'X') alive.set(pid, line);
    }
    for (const pid of this.#seen.keys()) if (!pids.includes(pid)) this.#seen.delete(pid);
    return alive;
  }

  /** Waits shortly for the processes to end; kills those that do not and returns their command lines. */
  async survivors(goneAfterMs = GONE_AFTER_MS): Promise<string[]> {
    clearInterval(this.#timer);
    const until = performance.now() + goneAfterMs;
    let alive = this.sample();
    while (alive.size > 0 && performance.now() < until) {
      await new Promise((resolve) => { setTimeout(resolve, SAMPLE_MS); });
      alive = this.sample();
    }
    for (const pid of alive.keys()) {
      try { process.kill(pid, 'SIGKILL'); } catch { /* it ended just now */ }
    }
    return [...alive].map(([pid, line]) => `${pid} ${line}`);
  }

  #isOurs(pid: number, stat: Stat): boolean {
    const before = this.#seen.get(pid);
    if (before?.ours === true && before.started === stat.started) return true;
    // Judged anew each time until it is ours: between fork and exec a child still shows its parent's environment or none.
    const ours = this.#seen.get(stat.parent)?.ours === true || hasMarker(pid, this.#marker);
    this.#seen.set(pid, { started: stat.started, ours });
    return ours;
  }
}

interface Stat {
  readonly state: string;
  readonly parent: number;
  readonly started: string;
}

function statOf(pid: number): Stat | undefined {
  const text = read(pid, 'stat').toString('latin1');
  // The name in parentheses may hold anything, blanks and parentheses too.
  const [state, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const started = rest[17];
  return state === undefined || parent === undefined || started === undefined ? undefined : { state, parent: Number(parent), started };
}

function hasMarker(pid: number, marker: Buffer): boolean {
  return read(pid, 'environ').includes(marker);
}

function commandLine(pid: number): string {
  return read(pid, 'cmdline').toString('utf8').replaceAll('\0', ' ').trim();
}

function read(pid: number, name: string): Buffer {
  try {
    return readFileSync(`/proc/${pid}/${name}`);
  } catch {
    return Buffer.alloc(0);
  }
}
