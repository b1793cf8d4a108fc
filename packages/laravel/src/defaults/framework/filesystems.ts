import { call, cameWithin, cast, changedWithin, env, join, map, pairs } from '../facts.ts';
import { LOOKED_AT } from './looked-at.ts';

/** `config/filesystems.php` of the framework. */
export const filesystems = map({
  default: env('FILESYSTEM_DISK', 'local'),
  disks: map({
    local: map({ driver: 'local', root: changedWithin('11.0.0', LOOKED_AT, call('storage_path', 'app'), call('storage_path', 'app/private')), serve: cameWithin('11.0.0', LOOKED_AT, true), throw: false, report: cameWithin('11.0.0', LOOKED_AT, false) }),
    public: map({
      driver: 'local',
      root: call('storage_path', 'app/public'),
      url: changedWithin('11.0.0', LOOKED_AT, join(env('APP_URL'), '/storage'), join(call('rtrim', cast('string', env('APP_URL')), '/'), '/storage')),
      visibility: 'public',
      throw: false,
      report: cameWithin('11.0.0', LOOKED_AT, false),
    }),
    s3: map({
      driver: 's3',
      key: env('AWS_ACCESS_KEY_ID'),
      secret: env('AWS_SECRET_ACCESS_KEY'),
      region: env('AWS_DEFAULT_REGION'),
      bucket: env('AWS_BUCKET'),
      url: env('AWS_URL'),
      endpoint: env('AWS_ENDPOINT'),
      use_path_style_endpoint: env('AWS_USE_PATH_STYLE_ENDPOINT', false),
      throw: false,
      report: cameWithin('11.0.0', LOOKED_AT, false),
    }),
  }),
  links: pairs([[call('public_path', 'storage'), call('storage_path', 'app/public')]]),
});
