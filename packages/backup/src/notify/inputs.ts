import { boolean, secret } from '@ops/shared';
import { z } from 'zod';
import { gatewayAddress, secretAddress } from './address.ts';
import { dsnProblem } from './sentry-dsn.ts';

/** Who hears of a run, and where its numbers go: the same for every action about backups. */
export const notifyInputs = {
  'notify-webhook': { description: 'Gets a JSON message when backups begin to fail, each day they do, and when they work again', schema: secretAddress(), secret: true, rule: 'an https address', example: '${{ secrets.BACKUP_WEBHOOK }}' },
  'notify-slack': { description: 'Incoming webhook of Slack, for the same messages', schema: secretAddress(), secret: true, rule: 'an https address', example: '${{ secrets.BACKUP_SLACK_WEBHOOK }}' },
  'notify-sentry': { description: 'DSN of a Sentry project, for the same messages as events', schema: secretAddress(dsnProblem), secret: true, rule: 'a DSN', example: '${{ secrets.SENTRY_DSN }}' },
  'notify-issue': { description: 'Keep an issue of this repository open while backups fail; needs issues: write', schema: boolean(), default: 'false', rule: 'true or false', example: 'true' },
  'github-token': { description: 'Token for notify-issue', schema: secret(), secret: true, expression: '${{ github.token }}', rule: 'a token', example: '${{ github.token }}' },
  'ping-url': { description: 'Asked with GET after a proven backup, so that a dead schedule is noticed', schema: secretAddress(), secret: true, rule: 'an https address', example: '${{ secrets.BACKUP_PING_URL }}' },
  'pushgateway-url': { description: 'Pushgateway that gets the metrics of each run', schema: gatewayAddress(), rule: 'an https address', example: 'https://pushgateway.example.com' },
  'metrics-prefix': { description: 'First part of the metric names', schema: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be letters, digits and underscores'), default: 'fwber_backups', rule: 'letters, digits and underscores', example: 'shop_backups' },
} as const;
