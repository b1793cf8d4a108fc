import { readdirSync, readFileSync } from 'node:fs';

const SAMPLE_MS = 10;

export interface EnvironWatch {
  /** Programs in whose environment one of the secrets stood. */
  stop(): { readonly seen: ReadonlySet<string>; readonly leaks: ReadonlySet<string> };
}

/** Watches the environment of every process whose program is one of these, and whose environment has the mark of a test's folder. */
export function watchEnvirons(programs: RegExp, mark: string, secrets: readonly string[]): EnvironWatch {
  const seen = new Set<string>();
  const leaks = new Set<string>();
  const look = (): void => {
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        const program = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
        if (!programs.test(program)) continue;
        const environ = readFileSync(`/proc/${pid}/environ`, 'utf8');
        if (!environ.includes(mark)) continue;
        seen.add(program);
        for (const secret of secrets) if (environ.includes(secret)) leaks.add(`${program}: ${environ.split('\0').filter((entry) => entry.includes(secret)).map((entry) => entry.split('=')[0]).join(', ')}`);
      } catch { /* it ended just now */ }
    }
  };
  const timer = setInterval(look, SAMPLE_MS);
  return { stop: () => { clearInterval(timer); return { seen, leaks }; } };
}
