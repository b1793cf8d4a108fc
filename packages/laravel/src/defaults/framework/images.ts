import { cameWithin, env, map } from '../facts.ts';
import { LOOKED_AT } from './looked-at.ts';

/** `config/images.php` of the framework. */
export const images = cameWithin('13.0.0', LOOKED_AT, map({ default: env('IMAGE_DRIVER', 'gd') }));
