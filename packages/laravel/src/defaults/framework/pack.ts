import type { Fact } from '../facts.ts';
import { app } from './app.ts';
import { auth } from './auth.ts';
import { broadcasting } from './broadcasting.ts';
import { cache } from './cache.ts';
import { concurrency } from './concurrency.ts';
import { cors } from './cors.ts';
import { database } from './database.ts';
import { filesystems } from './filesystems.ts';
import { hashing } from './hashing.ts';
import { images } from './images.ts';
import { logging } from './logging.ts';
import { mail } from './mail.ts';
import { queue } from './queue.ts';
import { services } from './services.ts';
import { session } from './session.ts';
import { view } from './view.ts';

/** The framework's own configuration, from 11 on, by the name of the file. */
export const FRAMEWORK_PACK: Readonly<Record<string, Fact>> = { app, auth, broadcasting, cache, concurrency, cors, database, filesystems, hashing, images, logging, mail, queue, services, session, view };
