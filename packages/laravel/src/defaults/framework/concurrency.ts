import { cameWithin, env, map } from '../facts.ts';
import { LOOKED_AT } from './looked-at.ts';

/** `config/concurrency.php` of the framework. */
export const concurrency = cameWithin('11.0.0', LOOKED_AT, map({ default: env('CONCURRENCY_DRIVER', 'process') }));
