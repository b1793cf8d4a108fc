import type { Clock, InputsOf, Random, RunContext, Secret } from '@ops/shared';
import { tellingParts } from './address.ts';
import type { Channel } from './channel.ts';
import type { notifyInputs } from './inputs.ts';
import { issueChannel } from './issue.ts';
import { sentryChannel } from './sentry.ts';
import { slackChannel } from './slack.ts';
import { webhookChannel } from './webhook.ts';

/** Who hears of a run, decided. */
export interface NotifyConfig {
  readonly channels: readonly Channel[];
  readonly pingUrl: Secret | undefined;
  readonly pushgateway: string | undefined;
  readonly metricsPrefix: string;
}

export interface NotifyDeps {
  readonly clock: Clock;
  readonly random: Pick<Random, 'hex'>;
  readonly context: Pick<RunContext, 'apiUrl' | 'repository'>;
  readonly mask: (secret: string) => void;
}

/** Reads the inputs; notes in `problems` what cannot be. Connects to nothing. */
export function notifyFromInputs(inputs: InputsOf<typeof notifyInputs>, deps: NotifyDeps, problems: string[]): NotifyConfig {
  const { 'notify-webhook': webhook, 'notify-slack': slack, 'notify-sentry': sentry, 'ping-url': pingUrl, 'github-token': token } = inputs;
  // Who knows a part of these addresses can write there, and the whole is rarely what a message shows.
  for (const address of [webhook, slack, sentry, pingUrl]) for (const part of address === undefined ? [] : tellingParts(address)) deps.mask(part);
  const issues = inputs['notify-issue'];
  if (issues && token === undefined) problems.push('github-token: is needed for notify-issue. Example: github-token: ${{ github.token }}');
  return {
    channels: [
      ...(webhook === undefined ? [] : [webhookChannel(webhook)]),
      ...(slack === undefined ? [] : [slackChannel(slack)]),
      ...(sentry === undefined ? [] : [sentryChannel(sentry, deps.random)]),
      ...(issues && token !== undefined ? [issueChannel(token, { clock: deps.clock, context: deps.context })] : []),
    ],
    pingUrl, pushgateway: inputs['pushgateway-url'], metricsPrefix: inputs['metrics-prefix'],
  };
}
