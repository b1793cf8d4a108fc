/** What a process and its codecs take while they run: memory, and files in its folder for temporary ones. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const EVERY_MS = 100;
const OURS = ['node', 'MainThread', 'zstd', 'gzip', 'age'];

export interface Watched {
  /** Most bytes of node and the codecs at one moment. */
  readonly memoryBytes: number;
  /** Most bytes of regular files in the folder. */
  readonly diskBytes: number;
}

/** Looks ten times a second until `stop`; shared pages count for every process that has them. */
export function watchProcess(pid: number, temp: string): { stop(): Watched } {
  let [memoryBytes, diskBytes] = [0, 0];
  const timer = setInterval(() => {
    memoryBytes = Math.max(memoryBytes, memoryOf(pid));
    diskBytes = Math.max(diskBytes, sizeOf(temp));
  }, EVERY_MS);
  return { stop: () => { clearInterval(timer); return { memoryBytes, diskBytes }; } };
}

function memoryOf(root: number): number {
  const children = new Map<number, number[]>();
  const facts = new Map<number, { readonly name: string; readonly bytes: number }>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${entry}/status`, 'utf8');
      const field = (name: string): string => new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(status)?.[1] ?? '';
      const parent = Number(field('PPid'));
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
      facts.set(Number(entry), { name: field('Name'), bytes: Number.parseInt(field('VmRSS') || '0', 10) * 1024 });
    } catch {
      // It ended meanwhile.
    }
  }
  const sum = (pid: number): number => {
    const own = facts.get(pid);
    const mine = own !== undefined && OURS.includes(own.name) ? own.bytes : 0;
    return (children.get(pid) ?? []).reduce((total, child) => total + sum(child), mine);
  };
  return sum(root);
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
