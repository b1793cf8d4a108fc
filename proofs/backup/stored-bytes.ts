/** Stored bytes that changed after the backup was made: reading back must fail and take `verified` away. */
import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { openPlaintext, verifyBackup, type Manifest } from '@ops/backup';
import { realRandom } from '@ops/shared';
import { MemoryStore } from '../../packages/backup/src/testing.ts';
import { AgeEncryptor } from '../../packages/backup/src/codecs/age.ts';
import { attempt, catalogOf, configOf, forever, type Keys, type Source } from './bed.ts';
import { flipped, spread, type CaseGroup, type DamageCase } from './cases.ts';
import { blockBorders, maskAt } from './lying-dumps.ts';

/** Small, so that one dump has several. */
const SEGMENT_BYTES = 100_000;
const SEALED_BYTES = 64 * 1024 + 16;
type Bodies = Map<string, Buffer>;

export async function storedBytes(source: Source, keys: Keys): Promise<CaseGroup> {
  const sealed = await backupIn(source, keys, {});
  const other = await backupIn(source, keys, {});
  const plain = await backupIn(source, keys, { encryption: 'none', recipients: [] });
  return {
    damaged: [...sealedCases(sealed, other, keys), ...rewrittenCases(sealed, plain, keys)],
    controls: [
      { name: 'a sealed backup in segments, read again', refused: () => readAgain(sealed, sealed.bodies, sealed.manifest, keys).then((found) => (found.verdict === 'pass' && found.proven ? undefined : found.why)) },
      { name: 'one that is not sealed, read again', refused: () => readAgain(plain, plain.bodies, plain.manifest, keys).then((found) => (found.verdict === 'pass' && found.proven ? undefined : found.why)) },
    ],
  };
}

interface Made {
  readonly store: MemoryStore;
  readonly manifest: Manifest;
  readonly bodies: Bodies;
}

async function backupIn(source: Source, keys: Keys, change: Parameters<typeof configOf>[3]): Promise<Made> {
  const store = new MemoryStore({ segmentBytes: SEGMENT_BYTES });
  const { record, reason, message } = await attempt(configOf(source, store, keys, change));
  if (record.manifest === undefined || record.status !== 'verified') throw new Error(`the backup to damage failed: ${reason ?? ''} ${message}`);
  return { store, manifest: record.manifest, bodies: new Map(record.manifest.artifacts.flatMap(({ segments }) => segments.map(({ key }) => [key, store.objects.get(key)?.body ?? Buffer.alloc(0)]))) };
}

interface Found {
  readonly verdict: string;
  readonly proven: boolean;
  readonly why: string;
}

/** Reads it back with those bytes stored, and asks the catalog what it thinks of the backup afterwards. */
async function readAgain(made: Made, bodies: Bodies, manifest: Manifest, keys: Keys, depth: 'read-back' | 'head' = 'read-back'): Promise<Found> {
  const store = new MemoryStore({ segmentBytes: SEGMENT_BYTES });
  for (const [key, { body }] of made.store.objects) {
    if (key.endsWith(`${made.manifest.id}.json`)) await store.create(key, manifest === made.manifest ? body : Buffer.from(JSON.stringify(manifest)), 'daily', forever);
    // Its verdict of before, which the new one must take back.
    else if (key.includes('.checks/') && manifest === made.manifest) await store.create(key, body, undefined, forever);
  }
  for (const [key, body] of bodies) await store.create(key, body, 'daily', forever);
  const trusted = manifest === made.manifest ? keys : undefined;
  const entry = (await catalogOf(store, trusted)).entries.find((one) => one.manifest.id === manifest.id);
  if (entry === undefined) return { verdict: 'refused by the catalog', proven: false, why: 'the catalog refused the manifest' };
  const result = await verifyBackup({ store, manifest: entry.manifest, manifestSha256: entry.sha256, runUrl: '', depth, decode: { open: openPlaintext, identity: keys.identity }, signal: forever }, { now: () => Date.now() + 1000, random: realRandom, signer: keys.signer });
  const after = (await catalogOf(store, trusted)).entries.find((one) => one.manifest.id === manifest.id);
  return { verdict: result.verdict, proven: after?.proven ?? false, why: result.checks.filter(({ result: word }) => word !== 'pass').map(({ name, why }) => `${name}: ${why ?? ''}`).join('; ') };
}

function sealedCases(made: Made, other: Made, keys: Keys): DamageCase[] {
  const keysOf = [...made.bodies.keys()];
  const first = keysOf[0] ?? '';
  const last = keysOf.at(-1) ?? '';
  const second = keysOf[1] ?? '';
  const body = (key: string): Buffer => made.bodies.get(key) ?? Buffer.alloc(0);
  const cases: DamageCase[] = [];
  const damaged = (name: string, change: (bodies: Bodies) => void, depth?: 'head'): void => {
    cases.push({ layer: 'read-back', name, accepted: async () => {
      const bodies = new Map(made.bodies);
      change(bodies);
      const found = await readAgain(made, bodies, made.manifest, keys, depth);
      return found.verdict === 'fail' && !found.proven ? undefined : `verdict ${found.verdict}, proven ${String(found.proven)}: ${found.why}`;
    } });
  };
  const header = body(first).indexOf('\n--- ');
  const head = body(first);
  const flips: readonly (readonly [string, string, readonly number[]])[] = [
    ['the version line of age', first, [3, 21]], ['a recipient of age', first, [40, 120]], ['the seal of the header', first, [header + 6, header + 20]],
    ['the nonce', first, [header + 52]], ['a sealed chunk', first, spread(header + 80, head.length, 10)], ['a later segment', second, spread(0, body(second).length, 6)], ['the last segment', last, [0, body(last).length - 17, body(last).length - 1]],
  ];
  for (const [what, key, places] of flips) for (const at of places) damaged(`bit flipped in ${what} (byte ${at})`, (bodies) => bodies.set(key, flipped(body(key), at, 1 << (at % 8))));
  const nonceEnd = head.indexOf('\n', header + 5) + 1 + 16;
  for (const at of [0, 1, 22, header, nonceEnd, nonceEnd + SEALED_BYTES, head.length - 1, ...spread(nonceEnd, head.length, 4)]) damaged(`first segment cut at byte ${at}`, (bodies) => bodies.set(first, head.subarray(0, at)));
  for (const at of [0, body(last).length - 16, body(last).length - 1]) damaged(`last segment cut at byte ${at}`, (bodies) => bodies.set(last, body(last).subarray(0, at)));
  damaged('garbage behind the last segment', (bodies) => bodies.set(last, Buffer.concat([body(last), Buffer.from('garbage')])));
  damaged('a zero behind the first segment', (bodies) => bodies.set(first, Buffer.concat([head, Buffer.alloc(1)])));
  damaged('first segment all zeroes', (bodies) => bodies.set(first, Buffer.alloc(head.length)));
  for (const key of keysOf) damaged(`${key.slice(-8)} is gone`, (bodies) => bodies.delete(key));
  damaged('first and second segment swapped', (bodies) => bodies.set(first, body(second)).set(second, head));
  damaged('the first segment in place of the second', (bodies) => bodies.set(second, head));
  damaged('all bytes of another backup', (bodies) => { for (const [index, key] of keysOf.entries()) bodies.set(key, [...other.bodies.values()][index] ?? Buffer.alloc(0)); });
  damaged('the first segment of another backup', (bodies) => bodies.set(first, [...other.bodies.values()][0] ?? Buffer.alloc(0)));
  damaged('the last segment of another backup', (bodies) => bodies.set(last, [...other.bodies.values()].at(-1) ?? Buffer.alloc(0)));
  damaged('one segment is gone, looked at by head only', (bodies) => bodies.delete(second), 'head');
  damaged('a segment one byte short, looked at by head only', (bodies) => bodies.set(last, body(last).subarray(0, -1)), 'head');
  damaged('other bytes of the same length, looked at by head only', (bodies) => bodies.set(second, flipped(body(second), 5)), 'head');
  return cases;
}

/** The manifest was made to fit the damage, and nobody signs: only decoding can tell. */
function rewrittenCases(sealed: Made, plain: Made, keys: Keys): DamageCase[] {
  const cases: DamageCase[] = [];
  const fitted = (name: string, made: Made, change: (whole: Buffer) => Buffer | Promise<Buffer>): void => {
    cases.push({ layer: 'read-back', name: `${name}, and an unsigned manifest that fits it`, accepted: async () => {
      const whole = await change(Buffer.concat([...made.bodies.values()]));
      const { manifest, bodies } = refitted(made, whole);
      const found = await readAgain(made, bodies, manifest, keys);
      return found.verdict === 'fail' && !found.proven ? undefined : `verdict ${found.verdict}, proven ${String(found.proven)}: ${found.why}`;
    } });
  };
  const nonceEnd = (whole: Buffer): number => whole.indexOf('\n', whole.indexOf('\n--- ') + 5) + 1 + 16;
  for (const chunks of [0, 1, 2]) fitted(`age cut behind chunk ${chunks}`, sealed, (whole) => whole.subarray(0, nonceEnd(whole) + chunks * SEALED_BYTES));
  fitted('age cut in a chunk', sealed, (whole) => whole.subarray(0, nonceEnd(whole) + SEALED_BYTES + 1000));
  fitted('age without its last byte', sealed, (whole) => whole.subarray(0, -1));
  fitted('age with a byte behind', sealed, (whole) => Buffer.concat([whole, Buffer.alloc(1)]));
  fitted('two chunks of age swapped', sealed, (whole) => { const at = nonceEnd(whole); return Buffer.concat([whole.subarray(0, at), whole.subarray(at + SEALED_BYTES, at + 2 * SEALED_BYTES), whole.subarray(at, at + SEALED_BYTES), whole.subarray(at + 2 * SEALED_BYTES)]); });
  fitted('an age file behind the age file', sealed, (whole) => Buffer.concat([whole, whole]));
  for (const share of [0.1, 0.35, 0.6, 0.85, 0.999]) fitted(`a bit of age flipped at ${share * 100} %`, sealed, (whole) => flipped(whole, Math.floor(whole.length * share)));
  fitted('sealed for the right key, but a shorter dump', sealed, async () => {
    const encryptor = await AgeEncryptor.to(keys.recipients);
    return Buffer.concat([...encryptor.update(zstdCompressSync(Buffer.from('-- Dump completed on 2026-01-01\n'))), ...encryptor.final()]);
  });
  const packed = Buffer.concat([...plain.bodies.values()]);
  for (const at of [...blockBorders(packed), 4, packed.length - 4, packed.length - 1, ...spread(10, packed.length - 10, 4)]) fitted(`zstd cut at byte ${at}`, plain, (whole) => whole.subarray(0, at));
  for (const at of [0, 4, packed.length - 1, ...spread(6, packed.length, 6)]) fitted(`a bit of zstd flipped in byte ${at}`, plain, (whole) => flipped(whole, at, maskAt(at)));
  fitted('garbage behind zstd', plain, (whole) => Buffer.concat([whole, Buffer.from('garbage')]));
  fitted('a second frame behind zstd', plain, (whole) => Buffer.concat([whole, zstdCompressSync(Buffer.from('DROP TABLE orders;\n'))]));
  fitted('the frame twice', plain, (whole) => Buffer.concat([whole, whole]));
  fitted('another frame of the same length of text', plain, () => zstdCompressSync(Buffer.alloc(plain.manifest.artifacts[0]?.plainBytes ?? 0, 0x20)));
  return cases;
}

const sha256 = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

/** A manifest that says of these bytes what they are, unsigned; what it says of the plaintext stays. */
function refitted(made: Made, whole: Buffer): { readonly manifest: Manifest; readonly bodies: Bodies } {
  const bodies: Bodies = new Map();
  const { signature: _, ...manifest } = structuredClone(made.manifest);
  const [artifact] = manifest.artifacts;
  if (artifact === undefined) throw new Error('a manifest without artifacts');
  artifact.storedBytes = whole.length;
  artifact.storedSha256 = sha256(whole);
  const needed = Math.max(1, Math.min(artifact.segments.length, Math.ceil(whole.length / SEGMENT_BYTES)));
  artifact.segments = artifact.segments.slice(0, needed).map((segment, index) => {
    const body = whole.subarray(index * SEGMENT_BYTES, index === needed - 1 ? undefined : (index + 1) * SEGMENT_BYTES);
    bodies.set(segment.key, body);
    return { key: segment.key, bytes: body.length, sha256: sha256(body), proof: 'store' as const };
  });
  return { manifest, bodies };
}
