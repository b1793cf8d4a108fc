import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DeployConfig } from './config.ts';

const composerJson = z.object({ require: z.object({ php: z.string() }).partial().optional() });

/** `require.php` of the source's composer.json, or undefined when there is none to read on the runner. */
export async function readPhpConstraint(config: Pick<DeployConfig, 'source' | 'appRoot'>): Promise<string | undefined> {
  if (config.source.kind !== 'artifact') return undefined;
  try {
    const parsed = composerJson.safeParse(JSON.parse(await readFile(join(config.source.path, config.appRoot, 'composer.json'), 'utf8')));
    return parsed.success ? parsed.data.require?.php : undefined;
  } catch {
    return undefined;
  }
}
