/** Stores that lie: say 200 and keep nothing, lose a part, give other bytes back, make up checksums. */
import type { TestServer } from '../../test/support/databases.ts';
import type { TestS3 } from '../../test/support/s3.ts';
import { openStore } from '../../test/support/stores.ts';
import { attempt, catalogOf, configOf, type Keys, type Source } from './bed.ts';
import { flipped, type CaseGroup } from './cases.ts';
import { startLyingS3, truth, type Asked, type Liar, type Told } from './lying-s3.ts';

const ROWS = 10_000;
const NOTHING: Told = { status: 200, headers: { etag: '"d41d8cd98f00b204e9800998ecf8427e"' }, body: Buffer.alloc(0) };
const NOT_FOUND: Told = { status: 404, headers: {}, body: Buffer.alloc(0) };

interface Lie {
  readonly name: string;
  readonly liar: (asked: Asked, honest: () => Promise<Told>) => Promise<Told> | undefined;
  readonly reasons: readonly string[];
}

/** `wide` has parts, because nothing compresses it. */
export async function lyingStores(server: TestServer, s3: TestS3, keys: Keys): Promise<CaseGroup & AsyncDisposable> {
  await server.sql('CREATE DATABASE wide');
  await server.sql(`CREATE TABLE noise (id INT PRIMARY KEY, body VARBINARY(1000) NOT NULL); INSERT INTO noise SELECT seq, RANDOM_BYTES(1000) FROM seq_1_to_${ROWS}`, { database: 'wide' });
  const source: Source = { url: server.url(server.rootUser, server.rootPassword, 'wide'), env: server.env };
  const small: Source = { url: server.url(server.rootUser, server.rootPassword, 'shop'), env: server.env };
  await s3.makeBucket('liar');
  const lying = await startLyingS3(s3.endpoint);
  let made = 0;
  const run = async (from: Source, liar: Liar): Promise<{ readonly prefix: string; readonly done: Awaited<ReturnType<typeof attempt>>; readonly proven: boolean }> => {
    made += 1;
    const prefix = `case${made}`;
    lying.liar = liar;
    const { store } = openStore(`s3://liar/${prefix}?endpoint=${lying.endpoint}`, s3.credentials);
    const done = await attempt(configOf(from, store, keys));
    lying.liar = truth;
    const catalog = await catalogOf(store, keys);
    await store.close();
    return { prefix, done, proven: catalog.entries.some((entry) => entry.proven) };
  };
  const refused = (from: Source, { name, liar, reasons }: Lie): CaseGroup['damaged'][number] => ({
    layer: 'store', name,
    async accepted() {
      const { done, proven } = await run(from, (asked, honest) => liar(asked, honest) ?? honest());
      return !proven && reasons.includes(done.reason ?? 'none') && done.record.status !== 'verified' ? undefined : `status ${done.record.status ?? 'none'}, proven ${String(proven)}, reason ${done.reason ?? 'none'}: ${done.message}`;
    },
  });
  const control = (name: string, from: Source): CaseGroup['controls'][number] => ({ name, async refused() {
    const { done, proven } = await run(from, truth);
    return proven && done.reason === undefined ? undefined : `${done.reason ?? ''} ${done.message}`;
  } });
  return {
    damaged: [...readLies().map((lie) => refused(small, lie)), ...smallLies().map((lie) => refused(small, lie)), ...partLies(s3).map((lie) => refused(source, lie))],
    controls: [control('a store that does not lie, one PUT', small), control('a store that does not lie, parts', source)],
    [Symbol.asyncDispose]: () => lying[Symbol.asyncDispose](),
  };
}

const isData = ({ key }: Asked): boolean => key.includes('/data/');
const isManifest = ({ key }: Asked): boolean => /\/manifests\/[^/]+\.json$/.test(key);

function changedBody(change: (body: Buffer) => Buffer): Lie['liar'] {
  return (asked, honest) => (asked.operation === 'GetObject' && isData(asked) ? honest().then((told) => ({ ...told, body: change(told.body) })) : undefined);
}

/** Everything is stored well, and read back otherwise. */
function readLies(): Lie[] {
  const reasons = ['checksum-differs'];
  return [
    { name: 'gives a flipped bit at the start', liar: changedBody((body) => flipped(body, 40)), reasons },
    { name: 'gives a flipped bit in the middle', liar: changedBody((body) => flipped(body, body.length >> 1)), reasons },
    { name: 'gives a flipped bit at the end', liar: changedBody((body) => flipped(body, body.length - 1)), reasons },
    { name: 'gives zeroes', liar: changedBody((body) => Buffer.alloc(body.length)), reasons },
    { name: 'gives the last 100 bytes as zeroes', liar: changedBody((body) => Buffer.concat([body.subarray(0, -100), Buffer.alloc(100)])), reasons },
    { name: 'gives another object', liar: changedBody(() => Buffer.from('<html>Welcome to the portal</html>')), reasons },
    { name: 'gives one byte less', liar: changedBody((body) => body.subarray(0, -1)), reasons },
    { name: 'gives one byte more', liar: changedBody((body) => Buffer.concat([body, Buffer.from('x')])), reasons },
    { name: 'gives nothing', liar: changedBody(() => Buffer.alloc(0)), reasons },
  ];
}

function changedHead(change: (told: Told) => Told): Lie['liar'] {
  return (asked, honest) => (asked.operation === 'HeadObject' && isData(asked) ? honest().then(change) : undefined);
}

/** One PUT. */
function smallLies(): Lie[] {
  const stored = ['checksum-differs', 'store-refused'];
  const put = (told: (asked: Asked, honest: () => Promise<Told>) => Promise<Told>): Lie['liar'] => (asked, honest) => (asked.operation === 'PutObject' && isData(asked) ? told(asked, honest) : undefined);
  return [
    { name: 'says 200 to the data and keeps nothing', liar: put(() => Promise.resolve(NOTHING)), reasons: stored },
    { name: 'says 200 to the manifest and keeps nothing', liar: (asked) => (asked.operation === 'PutObject' && isManifest(asked) ? Promise.resolve(NOTHING) : undefined), reasons: ['store-refused'] },
    { name: 'says 200 to the verdict and keeps nothing: the backup is not called proven', liar: (asked) => (asked.operation === 'PutObject' && asked.key.includes('.checks/') ? Promise.resolve(NOTHING) : undefined), reasons: ['store-refused'] },
    { name: 'gives another manifest back', liar: (asked, honest) => (asked.operation === 'GetObject' && isManifest(asked) ? honest().then((told) => ({ ...told, body: Buffer.from(told.body.toString().replace('"suspect": null', '"suspect": "no"  ')) })) : undefined), reasons: ['store-refused'] },
    { name: 'gives half a manifest back', liar: (asked, honest) => (asked.operation === 'GetObject' && isManifest(asked) ? honest().then((told) => ({ ...told, body: told.body.subarray(0, told.body.length >> 1) })) : undefined), reasons: ['store-refused'] },
    { name: 'says there is nothing', liar: changedHead(() => NOT_FOUND), reasons: stored },
    { name: 'says another size', liar: changedHead((told) => ({ ...told, headers: { ...told.headers, 'content-length': '77' } })), reasons: stored },
    { name: 'says another checksum', liar: changedHead((told) => ({ ...told, headers: { ...told.headers, 'x-amz-checksum-sha256': Buffer.alloc(32, 7).toString('base64') } })), reasons: stored },
  ];
}

/** Several parts. The liar talks to the real server under its own name, so every signature is right. */
function partLies(s3: TestS3): Lie[] {
  const stored = ['checksum-differs', 'store-refused', 'store-conflict', 'store-timeout'];
  let size = 0;
  const noChecksum = (headers: Told['headers']): Told['headers'] => Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-checksum-')));
  const complete = async (asked: Asked, keep: (parts: readonly string[]) => readonly string[]): Promise<Told> => {
    const parts = asked.body.toString().match(/<Part>[\s\S]*?<\/Part>/g) ?? [];
    const kept = keep(parts).map((part, index) => part.replace(/<PartNumber>\d+/, `<PartNumber>${index + 1}`));
    const { status, body } = await s3.request('POST', `${asked.url.pathname}${asked.url.search}`, { body: `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${kept.join('')}</CompleteMultipartUpload>` });
    return { status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(body) };
  };
  const onComplete = (keep: (parts: readonly string[]) => readonly string[]): Lie['liar'] => (asked) => (asked.operation === 'CompleteMultipartUpload' ? complete(asked, keep) : undefined);
  const covered = (lie: Lie['liar']): Lie['liar'] => (asked, honest) => {
    if (asked.operation === 'CreateMultipartUpload') size = 0;
    if (asked.operation === 'UploadPart') size += asked.body.length;
    if (asked.operation === 'HeadObject' && isData(asked)) return honest().then((told) => ({ ...told, headers: { ...noChecksum(told.headers), 'content-length': String(size) } }));
    return lie(asked, honest);
  };
  const other = (number: number): Lie['liar'] => (asked, honest) => {
    if (asked.operation !== 'UploadPart' || asked.url.searchParams.get('partNumber') !== String(number)) return undefined;
    return honest().then(async (told) => {
      const body = flipped(asked.body, 1000);
      const { headers } = await s3.request('PUT', `${asked.url.pathname}${asked.url.search}`, { body });
      return { ...told, headers: { ...told.headers, etag: headers.get('etag') ?? '' } };
    });
  };
  return [
    { name: 'swallows the last part', liar: onComplete((parts) => parts.slice(0, -1)), reasons: stored },
    { name: 'swallows the last part and says the right size', liar: covered(onComplete((parts) => parts.slice(0, -1))), reasons: stored },
    { name: 'says 200 to the end of the upload and keeps nothing', liar: (asked) => (asked.operation === 'CompleteMultipartUpload' ? Promise.resolve({ status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from(`<CompleteMultipartUploadResult><Key>${asked.key}</Key><ETag>"x-2"</ETag></CompleteMultipartUploadResult>`) }) : undefined), reasons: stored },
    { name: 'says 200 to every part and keeps none', liar: (asked) => (asked.operation === 'UploadPart' ? Promise.resolve(NOTHING) : undefined), reasons: stored },
    { name: 'stores other bytes of the first part', liar: other(1), reasons: stored },
    { name: 'answers 200 with an error inside to the end of the upload', liar: (asked) => (asked.operation === 'CompleteMultipartUpload' ? Promise.resolve({ status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from('<?xml version="1.0" encoding="UTF-8"?><Error><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message></Error>') }) : undefined), reasons: stored },
    { name: 'makes up a checksum of the parts', liar: changedHead((told) => ({ ...told, headers: { ...told.headers, 'x-amz-checksum-sha256': `${Buffer.alloc(32, 7).toString('base64')}-2` } })), reasons: stored },
  ];
}
