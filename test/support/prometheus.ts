/** What Prometheus itself makes of our metrics: the strict parser of its Python client, and a real Pushgateway. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './http.ts';
import { placeOf, programOf } from './services.ts';

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const PARSE = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus
parse = openmetrics if sys.argv[1] == 'openmetrics' else prometheus
print(json.dumps([dict(name=f.name, type=f.type, unit=f.unit, help=f.documentation, samples=[dict(name=s.name, labels=s.labels, value=s.value) for s in f.samples]) for f in parse(sys.stdin.read())]))
`;

/** Reads a text as the Python client does. Throws what the parser says about one that is wrong. */
export function parseMetrics(format: 'openmetrics' | 'prometheus', text: string): readonly ParsedFamily[] {
  return JSON.parse(execFileSync(placeOf('prometheus-client'), ['-c', PARSE, format], { input: text, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }));
}

export interface Pushgateway extends AsyncDisposable {
  readonly url: string;
  /** Everything it holds, but what it says of itself. */
  metrics(): Promise<readonly ParsedFamily[]>;
}

export async function startPushgateway(): Promise<Pushgateway> {
  const dir = mkdtempSync(join(tmpdir(), `ops-pushgateway-${process.pid}-`));
  const port = await freePort();
  const child = spawn(programOf('prometheus-pushgateway') ?? 'prometheus-pushgateway', [`--web.listen-address=127.0.0.1:${port}`, '--persistence.file=', '--log.level=error'], { cwd: dir, stdio: 'ignore' });
  const ended = new Promise<void>((done) => { child.once('exit', () => done()).once('error', () => done()); });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries += 1) {
    const ready = await fetch(`${url}/-/ready`).then((answer) => answer.ok, () => false);
    if (ready) break;
    if (tries > 300 || child.exitCode !== null) throw new Error('the Pushgateway does not start');
    await new Promise((done) => { setTimeout(done, 50); });
  }
  return {
    url,
    metrics: async () => parseMetrics('prometheus', await (await fetch(`${url}/metrics`)).text()).filter(({ name }) => !/^(?:go|process|promhttp|pushgateway|push)_/.test(name)),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
