import type { Secret } from '@ops/shared';
import type { Channel } from './channel.ts';
import { send } from './request.ts';

/** POSTs the message as it is. */
export function webhookChannel(address: Secret): Channel {
  return {
    name: 'notify-webhook',
    tell: async (message, signal) => send({ method: 'POST', address, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(message) }, signal),
  };
}
