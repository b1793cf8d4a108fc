/**
 * Shows the main job on two folders that stand for hosts: release 1, release 2, a broken release 3 that is taken
 * back by itself, a rollback by hand. Runs the bundled actions as GitHub's runner would. Writes the job summaries
 * to build/demo/index.html. Leaves nothing else behind.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { RELEASE, runAction } from '../test/support/runner.ts';
import { demoPage, type Shown } from './demo-page.ts';

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'ops-demo-'));
const INTERRUPTED = 130;
const servers: ChildProcess[] = [];
const shown: Shown[] = [];

process.on('exit', () => {
  for (const server of servers) server.kill();
  rmSync(scratch, { recursive: true, force: true });
});
// The action ends first, as in a cancelled job; who is in a hurry presses again.
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (stop.signal.aborted ? process.exit(INTERRUPTED) : stop.abort()));

interface DemoHost {
  readonly name: string;
  readonly path: string;
  readonly url: string;
}

async function startHost(name: string): Promise<DemoHost> {
  const path = join(scratch, name);
  mkdirSync(path);
  const server = spawn(process.execPath, [join(root, 'test/fixtures/web-app/server.mjs'), path, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(server);
  const [chunk] = await once(server.stdout, 'data');
  return { name, path, url: `http://127.0.0.1:${String(chunk).trim()}` };
}

function commit(version: number, healthy: boolean): { readonly workspace: string; readonly sha: string } {
  const workspace = join(scratch, `release-${version}`);
  mkdirSync(workspace);
  writeFileSync(join(workspace, 'app.json'), JSON.stringify({ version, healthy }));
  return { workspace, sha: String(version).repeat(40) };
}

function say(text: string): void {
  console.log(text);
}

async function act(title: string, action: 'deploy' | 'rollback', hosts: readonly DemoHost[], from?: ReturnType<typeof commit>): Promise<void> {
  if (stop.signal.aborted) process.exit(INTERRUPTED);
  say(`\n${'─'.repeat(100)}\n${title}\n${'─'.repeat(100)}`);
  await using run = await runAction(join(RELEASE, action), {
    signal: stop.signal,
    with: {
      hosts: hosts.map((host) => `local name=${host.name} path="${host.path}"`).join('\n'),
      app: 'generic',
      checks: hosts.map((host) => `- {name: ${host.name}, url: "${host.url}/health"}`).join('\n'),
      'host-health-url': 'none',
      timeout: '4s', interval: '300ms', 'stable-for': '2',
      ...(action === 'deploy' ? { backup: 'never', 'backup-reason': 'a demo without a database', 'github-deployment': 'false' } : {}),
    },
    ...(from === undefined ? {} : { workspace: from.workspace, github: { sha: from.sha } }),
  });
  say(run.log.trimEnd());
  // Ctrl-C in a terminal reaches the servers too.
  if (stop.signal.aborted) return;
  for (const host of hosts) say(`→ ${host.name} answers: ${(await (await fetch(host.url)).text()).trim()}`);
  shown.push({ title, good: run.exit === 0, summary: run.summary });
}

const hosts = [await startHost('app1'), await startHost('app2')];
await act('Release 1: the first deploy', 'deploy', hosts, commit(1, true));
await act('Release 2: an ordinary deploy', 'deploy', hosts, commit(2, true));
await act('Release 3 is broken: it is taken back by itself, and the job is red', 'deploy', hosts, commit(3, false));
await act('A rollback by hand', 'rollback', hosts);
if (stop.signal.aborted) process.exit(INTERRUPTED);

const page = join(root, 'build/demo/index.html');
mkdirSync(join(root, 'build/demo'), { recursive: true });
writeFileSync(page, demoPage(shown));
const want = [true, true, false, true];
const right = shown.length === want.length && shown.every((one, index) => one.good === want[index]) && hosts.every((host) => JSON.parse(readFileSync(join(host.path, 'current/app.json'), 'utf8')).version === 1);
say(`\n${right ? 'The demo went as it should: release 1 is live again on both hosts.' : 'The demo did NOT go as it should; the log above says where.'} The job summaries: ${page}`);
process.exitCode = right ? 0 : 1;
// A server that runs keeps this process alive.
for (const server of servers) server.kill();
