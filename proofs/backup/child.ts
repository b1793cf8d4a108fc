/** One backup in a process of its own, to be killed or measured: reads what to do as JSON from stdin, prints what came of it. */
import { readFileSync } from 'node:fs';
import { openStores, parseSigningKey } from '@ops/backup';
import { realClock, realRandom, Secret } from '@ops/shared';
import { sampleSettings } from '../../packages/backup/src/stores/testing.ts';
import { attempt, configOf } from './bed.ts';

export interface ChildJob {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  /** A line of `stores`. */
  readonly store: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly recipients: readonly string[];
  readonly identity: string;
  /** PEM of the signing key. */
  readonly signingKey: string;
  readonly encryption: 'age' | 'none';
  readonly parallel: number;
}

export interface ChildAnswer {
  readonly reason?: string;
  readonly message: string;
  readonly status?: string;
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly timing: Readonly<Record<string, number>>;
  /** Most memory of this process, bytes. */
  readonly peakBytes: number;
}

const job: ChildJob = JSON.parse(readFileSync(0, 'utf8'));
const settings = sampleSettings({ accessKeyIds: job.accessKeyId === undefined ? [] : [job.accessKeyId], secretAccessKey: job.secretAccessKey === undefined ? undefined : new Secret(job.secretAccessKey) });
const [store] = openStores([job.store], settings, {
  clock: realClock, random: realRandom, log: { warning: () => undefined }, mask: () => undefined, fetch, host: (name) => { throw new Error(`no host ${name}`); }, tokens: undefined, runId: '1',
});
if (store === undefined) throw new Error('there is no store');
const signer = parseSigningKey(new Secret(job.signingKey));
const keys = { recipients: job.recipients, identity: job.identity, signer };
const { record, reason, message } = await attempt(configOf(job, store, keys, {
  encryption: job.encryption, recipients: job.encryption === 'age' ? job.recipients : [], options: { excludeData: [], parallel: job.parallel },
}));
await store.close();
const answer: ChildAnswer = {
  ...(reason !== undefined && { reason }), message, ...(record.status !== undefined && { status: record.status }), rawBytes: record.rawBytes, storedBytes: record.storedBytes, timing: record.timing,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
console.log(JSON.stringify(answer));
