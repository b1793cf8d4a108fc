import { asError, type Log } from '@ops/shared';
import type { Message } from './message.ts';
import { CHANNEL_MS } from './request.ts';

/** A way to reach people. */
export interface Channel {
  /** Name of its input. */
  readonly name: string;
  /** Undefined when the message was taken, else why not, as a clause that gives no secret away. */
  tell(message: Message, signal: AbortSignal): Promise<string | undefined>;
  /** For a run that is good and no news, where the channel itself remembers that something was bad. */
  settle?(message: Message, signal: AbortSignal): Promise<string | undefined>;
}

/** Sends a message over all channels side by side, within 10 s. One that fails is a warning. True when any took it. */
export async function announce(channels: readonly Channel[], message: Message, log: Pick<Log, 'warning'>, signal: AbortSignal): Promise<boolean> {
  const taken = await Promise.all(channels.map(async (channel) => within(channel.name, (limit) => channel.tell(message, limit), log, signal)));
  return taken.includes(true);
}

/** Lets channels put right what an earlier run left, within 10 s. */
export async function settle(channels: readonly Channel[], message: Message, log: Pick<Log, 'warning'>, signal: AbortSignal): Promise<void> {
  await Promise.all(channels.map(async (channel) => within(channel.name, (limit) => channel.settle?.(message, limit) ?? Promise.resolve(undefined), log, signal)));
}

async function within(name: string, work: (limit: AbortSignal) => Promise<string | undefined>, log: Pick<Log, 'warning'>, signal: AbortSignal): Promise<boolean> {
  const why = await work(AbortSignal.any([signal, AbortSignal.timeout(CHANNEL_MS)])).catch((thrown: unknown) => asError(thrown).message);
  if (why === undefined) return true;
  log.warning(`${name}: the message was not delivered, because ${why.replace(/\.$/, '')}.`, 'Backup');
  return false;
}
