import { call, env, list, map } from '../facts.ts';

/** `config/view.php` of the framework. */
export const view = map({
  paths: list(call('resource_path', 'views')),
  compiled: env('VIEW_COMPILED_PATH', call('realpath', call('storage_path', 'framework/views'))),
});
