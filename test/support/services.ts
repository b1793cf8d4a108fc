import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../scripts/services.sh', import.meta.url));

/** The one command that puts every missing service on the machine. */
export const HOW_TO_INSTALL = 'sudo scripts/services.sh';

/** Programs, server trees and data that scripts/services.sh keeps in its cache. */
const CACHED = [
  'act', 'actionlint', 'zizmor', 'check-jsonschema', 'prometheus-client', 'age', 'age-keygen', 'versitygw', 'toxiproxy', 'weed',
  'mariadb-10.11', 'mariadb-11.8', 'mysql-9.7', 'postgres-15', 'postgres-17', 'postgres-18', 'chinook', 'foodmart',
] as const;

/** What a test may ask for: a program on the PATH, something of the cache, or `network` (the whole host bed). */
export type Service =
  | 'network' | (typeof CACHED)[number]
  | 'sshd' | 'nginx' | 'php' | 'composer' | 'busybox' | 'dash' | 'shellcheck' | 'sqlite3' | 'git' | 'cap' | 'mina' | 'zstd' | 'prometheus-pushgateway';

let places: ReadonlyMap<string, string> | undefined;

/** Absolute path of something scripts/services.sh keeps in the cache: `act`, `zizmor`, `bookworm` (a root). It may not exist. */
export function placeOf(name: string): string {
  places ??= new Map(
    execFileSync(SCRIPT, ['--where'], { encoding: 'utf8' })
      .trim().split('\n').map((line): [string, string] => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
  );
  const place = places.get(name);
  if (place === undefined) throw new Error(`scripts/services.sh --where knows no ${name}`);
  return place;
}

/** Absolute path of a program, in the cache or on the PATH; undefined when it is not there. */
export function programOf(name: string): string | undefined {
  if (CACHED.some((one) => one === name)) {
    const place = placeOf(name);
    return existsSync(place) ? place : undefined;
  }
  const dirs = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return dirs.map((dir) => join(dir, name)).find(isExecutable);
}

/** The parts of `services` that this machine lacks, in words; empty when the tests can run. */
export function missingServices(services: readonly Service[]): string[] {
  return services.flatMap((service) => {
    if (service === 'network') return missingForNetwork();
    return programOf(service) === undefined ? [service] : [];
  });
}

function missingForNetwork(): string[] {
  const missing: string[] = [];
  if (process.getuid?.() !== 0) missing.push('root rights (namespaces and mounts)');
  if (!existsSync('/dev/net/tun')) missing.push('/dev/net/tun');
  for (const program of ['ip', 'unshare', 'nsenter', 'setpriv', 'mount', 'python3', 'ssh-keygen', 'curl']) {
    if (programOf(program) === undefined) missing.push(program);
  }
  for (const suite of ['bookworm', 'trixie', 'sid']) {
    if (!existsSync(placeOf(suite))) missing.push(`the ${suite} root`);
  }
  return missing;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
