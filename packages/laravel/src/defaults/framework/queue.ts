import { cameWithin, cast, env, list, map } from '../facts.ts';
import { LOOKED_AT } from './looked-at.ts';

/** `config/queue.php` of the framework. */
export const queue = map({
  default: env('QUEUE_CONNECTION', 'database'),
  connections: map({
    sync: map({ driver: 'sync' }),
    database: map({
      driver: 'database',
      connection: env('DB_QUEUE_CONNECTION'),
      table: env('DB_QUEUE_TABLE', 'jobs'),
      queue: env('DB_QUEUE', 'default'),
      retry_after: cast('int', env('DB_QUEUE_RETRY_AFTER', 90)),
      after_commit: false,
    }),
    beanstalkd: map({
      driver: 'beanstalkd',
      host: env('BEANSTALKD_QUEUE_HOST', 'localhost'),
      queue: env('BEANSTALKD_QUEUE', 'default'),
      retry_after: cast('int', env('BEANSTALKD_QUEUE_RETRY_AFTER', 90)),
      block_for: 0,
      after_commit: false,
    }),
    sqs: map({
      driver: 'sqs',
      key: env('AWS_ACCESS_KEY_ID'),
      secret: env('AWS_SECRET_ACCESS_KEY'),
      prefix: env('SQS_PREFIX', 'https://sqs.us-east-1.amazonaws.com/your-account-id'),
      queue: env('SQS_QUEUE', 'default'),
      suffix: env('SQS_SUFFIX'),
      region: env('AWS_DEFAULT_REGION', 'us-east-1'),
      after_commit: false,
      overflow: cameWithin('11.0.0', LOOKED_AT, map({
        enabled: env('SQS_OVERFLOW_ENABLED', false),
        store: env('SQS_OVERFLOW_STORE'),
        always: false,
        delete_after_processing: true,
        flush_on_clear: env('SQS_OVERFLOW_FLUSH_ON_CLEAR', false),
      })),
    }),
    redis: map({
      driver: 'redis',
      connection: env('REDIS_QUEUE_CONNECTION', 'default'),
      queue: env('REDIS_QUEUE', 'default'),
      retry_after: cast('int', env('REDIS_QUEUE_RETRY_AFTER', 90)),
      block_for: null,
      after_commit: false,
    }),
    deferred: cameWithin('11.0.0', LOOKED_AT, map({ driver: 'deferred' })),
    failover: cameWithin('11.0.0', LOOKED_AT, map({ driver: 'failover', connections: list('database', 'deferred') })),
  }),
  batching: map({ database: env('DB_CONNECTION', 'sqlite'), table: 'job_batches' }),
  failed: map({
    driver: env('QUEUE_FAILED_DRIVER', 'database-uuids'),
    database: env('DB_CONNECTION', 'sqlite'),
    table: 'failed_jobs',
  }),
});
