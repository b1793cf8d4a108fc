import { healthInputs } from '@ops/health';
import { hostInputs } from '@ops/remote';
import { boolean, choice, duration, text } from '@ops/shared';
import { batchSize } from './batch-size.ts';

/** Inputs that deploy and rollback share: where, as whom, and how the result is judged. */
export const targetInputs = {
  environment: { description: 'Name of the target in .github/ops.yml; also the APP_ENV that the host must have', schema: text(), default: 'production', rule: 'a name', example: 'production' },
  ...hostInputs,
  app: { description: 'What the application is: laravel, or generic for everything else', schema: choice(['laravel', 'generic']), default: 'laravel', rule: 'one of: laravel, generic', example: 'laravel' },
  php: { description: 'PHP on the host, by name or path', schema: text(), default: 'php', rule: 'a program name or path', example: 'php8.4' },
  'restart-command': { description: 'Restarts workers after a switch; for laravel the default is reload, horizon, octane or queue:restart', schema: text(), rule: 'a shell command', example: 'php artisan horizon:terminate' },
  'reload-command': { description: 'Reloads PHP when old code still answers after a switch or identity cannot be proven', schema: text(), rule: 'a shell command', example: 'sudo systemctl reload php8.4-fpm' },
  'lock-timeout': { description: 'How long to wait for another run on the same hosts; 0s fails at once', schema: duration({ zero: true }), default: '10m', rule: 'a duration', example: '10m' },
  batch: { description: 'Hosts that switch at once after the canary: all, a number, or a share', schema: batchSize, default: 'all', rule: 'all, a number from 1, or a percentage', example: '25%' },
  canary: { description: 'Switch and judge one web host before the others', schema: boolean(), default: 'true', rule: 'true or false', example: 'true' },
  health: { description: 'on judges the result; none does not, and says so in red', schema: choice(['on', 'none']), default: 'on', rule: 'one of: on, none', example: 'on' },
  'health-url': healthInputs['health-url'],
  'host-health-url': { description: 'What a host asks itself; default: health-url sent to 127.0.0.1; none to ask from the runner only', schema: text(), rule: 'a URL or none', example: 'http://127.0.0.1:8080/api/health' },
  checks: healthInputs.checks,
  'bearer-token': healthInputs['bearer-token'],
  'required-components': healthInputs['required-components'],
  'ignore-components': healthInputs['ignore-components'],
  degraded: healthInputs.degraded,
  timeout: healthInputs.timeout,
  interval: healthInputs.interval,
  'request-timeout': healthInputs['request-timeout'],
  'stable-for': healthInputs['stable-for'],
  beacon: { description: 'File under public/ that proves which release answers; none turns it off', schema: text(), default: 'ops-release.php', rule: 'a .php file name or none', example: 'ops-release.php' },
  'dry-run': { description: 'Read facts and print every script of the plan; change nothing', schema: boolean(), default: 'false', rule: 'true or false', example: 'true' },
} as const;
