import { codecSuffix } from '../codecs/codec.ts';
import type { Argument } from '../engines/engine.ts';
import { OBJECT_KINDS } from '../inventory.ts';
import { shownSize } from '../size.ts';
import type { BackupConfig } from './config.ts';
import type { Looked } from './look.ts';
import { isWrittenOnHost, liesOnHost, sealIn } from './on-host.ts';

function word(argument: Argument): string {
  const text = typeof argument === 'string' ? argument : `${argument.prefix}<private>/${argument.file}`;
  return /^[A-Za-z0-9_./:@%+=,<>-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What a backup would do, line by line. Nothing is prepared for it: no lock, no snapshot. */
export function planLines(config: BackupConfig, looked: Looked, _signal: AbortSignal): Promise<readonly string[]> {
  const { facts, engine, connection } = looked;
  const plan = engine.plan({ facts, ...(facts.engine === 'postgres' ? { snapshot: '<exported>' } : {}) }, connection, config.options);
  const objects = OBJECT_KINDS.flatMap((kind) => (facts.inventory[kind] === undefined ? [] : [`${facts.inventory[kind].length} ${kind}`]));
  return Promise.resolve([
    `database ${facts.database} (${facts.engine} ${facts.server.version}), ${shownSize(facts.bytes)}, on ${config.place.name}, login from ${looked.from}`,
    `client ${facts.client.version}`,
    `objects: ${objects.join(', ')}`,
    ...plan.artifacts.flatMap((artifact) => [
      `artifact ${artifact.name}${codecSuffix({ ...config, ...sealIn(config, 0) })}`,
      ...[...(artifact.before === undefined ? [] : [artifact.before]), ...artifact.commands].map((command) => `  ${[command.program, ...command.args.map(shortened)].join(' ')}`),
    ]),
    config.encryption === 'age' ? `encrypted for ${config.recipients.length} recipients: ${config.recipients.join(', ')}` : 'NOT encrypted',
    ...config.stores.map((store, index) => `${index === 0 ? 'primary' : 'copy'} ${store.name}, source ${looked.source}, tier ${config.tier}${wayTo(config, index)}`),
    `then verify ${config.depth.kind}, prune ${config.prune}`,
  ]);
}

/** How the bytes get onto the host where the dump runs; empty for every other store. */
function wayTo(config: BackupConfig, index: number): string {
  if (!liesOnHost(config, index)) return '';
  if (!isWrittenOnHost(config, index)) return ', encrypted by the runner, which sends it there (allow-plain-host is false)';
  return `, written there while dumping${config.encryption === 'age' ? ', NOT encrypted (allow-plain-host)' : ''}`;
}

/** Scripts among the arguments are long. */
function shortened(argument: Argument): string {
  return typeof argument === 'string' && argument.includes('\n') ? '<script>' : word(argument);
}
