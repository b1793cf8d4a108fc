import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { placeOf } from '../services.ts';

let networks = 0;

/** A directory of its own for one network, named by the process that owns it. On a disk that can carry an overlay's upper layer. */
export function newBedDir(): string {
  const dir = join(bedsDir(), `${process.pid}-${startTicks(process.pid)}-${networks++}`);
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  return dir;
}

/**
 * Removes the directories of networks whose test process is gone. Nothing else outlives it: the switch ends with its stdin,
 * each host with its parent, and their mounts and namespaces with them.
 */
export function sweepLeftovers(): void {
  if (!existsSync(bedsDir())) return;
  for (const name of readdirSync(bedsDir())) {
    const [pid, ticks] = name.split('-');
    if (startTicks(Number(pid)) !== ticks) rmSync(join(bedsDir(), name), { recursive: true, force: true });
  }
}

function bedsDir(): string {
  return join(dirname(dirname(placeOf('bookworm'))), 'beds');
}

/**
 * When a process started, in clock ticks since boot: with its id it names a process for ever. Empty when there is none,
 * or only its exit status waits to be read.
 */
function startTicks(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = 'X', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(state) ? '' : rest[18] ?? '';
  } catch {
    return '';
  }
}
