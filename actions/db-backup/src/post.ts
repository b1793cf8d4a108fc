import { runPost } from '@ops/shared/post';
import { tidyUp } from './tidy-up.ts';

await runPost(tidyUp, process);
