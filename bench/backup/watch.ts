/** What a process and its codecs take while they run: memory, and files in its folder for temporary ones. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

const EVERY_MS = 200;
const OURS = ['node', 'MainThread', 'zstd', 'gzip', 'age'];

export interface Watched {
  /** Most bytes of node and the codecs at one moment. */
  readonly memoryBytes: number;
  /** Most bytes of regular files in the folder, with those that the process itself holds open without a name. */
  readonly diskBytes: number;
}

/** Looks five times a second until `stop`; shared pages count for every process that has them. */
export function watchProcess(pid: number, temp: string): { stop(): Watched } {
  let [memoryBytes, diskBytes] = [0, 0];
  const timer = setInterval(() => {
    memoryBytes = Math.max(memoryBytes, memoryOf(pid));
    diskBytes = Math.max(diskBytes, sizeOf(temp) + namelessSize(pid, temp));
  }, EVERY_MS);
  return { stop: () => { clearInterval(timer); return { memoryBytes, diskBytes }; } };
}

/** Reads only what descends from it: to look at every process of the machine would take a core from what is measured. */
function memoryOf(pid: number): number {
  let bytes = 0;
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string): string => new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(status)?.[1] ?? '';
    if (OURS.includes(field('Name'))) bytes = Number.parseInt(field('VmRSS') || '0', 10) * 1024;
    // Any thread may be the parent: the decoder is a child of the tap's.
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      for (const child of readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter((one) => one !== '')) bytes += memoryOf(Number(child));
    }
  } catch {
    // It ended meanwhile.
  }
  return bytes;
}

function sizeOf(folder: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  } catch {
    // A file went away between the two looks.
  }
  return bytes;
}

function namelessSize(pid: number, folder: string): number {
  let bytes = 0;
  try {
    for (const name of readdirSync(`/proc/${pid}/fd`)) {
      const fd = `/proc/${pid}/fd/${name}`;
      const path = readlinkSync(fd);
      if (path.startsWith(`${folder}/`) && path.endsWith(' (deleted)')) bytes += statSync(fd).size;
    }
  } catch {
    // One was closed between the two looks.
  }
  return bytes;
}
