import { cameWithin, env, map } from '../facts.ts';
import { LOOKED_AT } from './looked-at.ts';

/** `config/services.php` of the framework. */
export const services = map({
  postmark: map({ token: env('POSTMARK_TOKEN') }),
  resend: cameWithin('11.0.0', LOOKED_AT, map({ key: env('RESEND_KEY') })),
  ses: map({
    key: env('AWS_ACCESS_KEY_ID'),
    secret: env('AWS_SECRET_ACCESS_KEY'),
    region: env('AWS_DEFAULT_REGION', 'us-east-1'),
  }),
  slack: map({
    notifications: map({
      bot_user_oauth_token: env('SLACK_BOT_USER_OAUTH_TOKEN'),
      channel: env('SLACK_BOT_USER_DEFAULT_CHANNEL'),
    }),
  }),
});
