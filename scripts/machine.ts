import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** What the figures of a bench or proof were made on, one line each. */
export function machine(): string[] {
  const cpus = os.cpus();
  const git = first('git', ['rev-parse', '--short', 'HEAD']);
  const system = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? os.type();
  return [
    `machine ${cpus.length} x ${cpus[0]?.model.trim() ?? 'unknown'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${system}, kernel ${os.release()}, load ${os.loadavg()[0]?.toFixed(1)}`,
    `versions node ${process.version}, ${first('ssh', ['-V'])}, ${first('git', ['--version'])}, commit ${git}`,
  ];
}

function first(file: string, args: readonly string[]): string {
  try {
    // ssh says its version on stderr.
    const text = execFileSync('sh', ['-c', '"$0" "$@" 2>&1', file, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return text.trim().split('\n')[0] ?? '';
  } catch {
    return `no ${file}`;
  }
}
