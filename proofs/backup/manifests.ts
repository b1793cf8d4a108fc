/** Manifests and verdicts that were edited, replayed or forged: the catalog must not use them. */
import { checkKey, manifestKey, type Manifest, type Signer } from '@ops/backup';
import { withSignature, type Signable } from '../../packages/backup/src/catalog/sign.ts';
import { MemoryStore } from '../../packages/backup/src/testing.ts';
import { attempt, catalogOf, configOf, forever, SOURCE, type Keys, type Source } from './bed.ts';
import type { CaseGroup, DamageCase } from './cases.ts';

const NEWER = '20261225T000000Z-01KD9Z0000AAAAAAAAAAAAAAAA';

export async function editedManifests(source: Source, keys: Keys): Promise<CaseGroup> {
  const store = new MemoryStore();
  const { record, reason, message } = await attempt(configOf(source, store, keys));
  const { manifest } = record;
  if (manifest === undefined || record.status !== 'verified') throw new Error(`the backup to edit failed: ${reason ?? ''} ${message}`);
  const key = manifestKey(SOURCE, manifest.id);
  const verdictKey = [...store.objects.keys()].find((one) => one.includes('.checks/')) ?? '';
  const text = store.text(key) ?? '';
  const verdict = store.text(verdictKey) ?? '';

  /** The same store with some objects replaced, added or (undefined) gone. */
  const changed = async (objects: Readonly<Record<string, string | undefined>>): Promise<MemoryStore> => {
    const copy = new MemoryStore();
    for (const [name, { body }] of store.objects) if (!(name in objects)) await copy.create(name, body, undefined, forever);
    for (const [name, body] of Object.entries(objects)) if (body !== undefined) await copy.create(name, Buffer.from(body), undefined, forever);
    return copy;
  };
  const cases: DamageCase[] = [];
  const unused = (name: string, objects: Readonly<Record<string, string | undefined>>, where: { readonly source?: string; readonly trusted?: boolean; readonly id?: string } = {}): void => {
    cases.push({ layer: 'catalog', name, accepted: async () => {
      const catalog = await catalogOf(await changed(objects), where.trusted === false ? undefined : keys, where.source);
      const entry = catalog.entries.find((one) => one.manifest.id === (where.id ?? manifest.id) && one.proven) ?? catalog.entries.find((one) => one.manifest.id === where.id);
      if (entry !== undefined) return `it counts as ${entry.status}`;
      return catalog.oddities.length === 0 ? 'nothing was said about it' : undefined;
    } });
  };

  for (const [field, value] of Object.entries(edits(manifest))) unused(`manifest edited: ${field}`, { [key]: JSON.stringify({ ...manifest, ...value }) });
  const { signature: _, ...bare } = manifest;
  unused('signature stripped', { [key]: JSON.stringify(bare) });
  unused('signed by somebody else', { [key]: JSON.stringify(withSignature<Manifest>(bare, keys.foreign)) });
  unused('edited and signed by somebody else', { [key]: JSON.stringify(withSignature<Manifest>({ ...bare, database: 'other' }, keys.foreign)) });
  unused('the name of our key over a foreign signature', { [key]: JSON.stringify({ ...bare, signature: { key: keys.signer.key, value: withSignature<Manifest>(bare, keys.foreign).signature?.value ?? '' } }) });
  unused('signature cut', { [key]: JSON.stringify({ ...manifest, signature: { key: keys.signer.key, value: (manifest.signature?.value ?? '').slice(0, 20) } }) });
  unused('signature without value', { [key]: JSON.stringify({ ...manifest, signature: { key: keys.signer.key, value: '' } }) });
  const foreignPlace = 'other-source';
  unused('an old manifest under a new id', { [manifestKey(SOURCE, NEWER)]: text }, { id: NEWER });
  unused('the manifest under another source', { [manifestKey(foreignPlace, manifest.id)]: text }, { source: foreignPlace });
  const moved = (change: Partial<Manifest>, signer: Signer | undefined): string => JSON.stringify(withSignature<Manifest>({ ...bare, ...change }, signer));
  unused('replayed with the new id written in, unsigned', { [manifestKey(SOURCE, NEWER)]: JSON.stringify({ ...bare, id: NEWER }) }, { id: NEWER, trusted: false });
  unused('replayed with the new source written in, unsigned', { [manifestKey(foreignPlace, manifest.id)]: JSON.stringify({ ...bare, source: foreignPlace }) }, { source: foreignPlace, trusted: false });
  const segments = (change: (segment: Manifest['artifacts'][number]['segments'][number]) => object): Partial<Manifest> => ({ artifacts: manifest.artifacts.map((artifact) => ({ ...artifact, segments: artifact.segments.map((segment) => ({ ...segment, ...change(segment) })) })) });
  unused('even signed: a segment of another backup', { [key]: moved(segments(({ key: at }) => ({ key: at.replace(manifest.id, NEWER) })), keys.signer) });
  unused('even signed: a segment outside of the catalog', { [key]: moved(segments(() => ({ key: '../../etc/passwd' })), keys.signer) });
  unused('even signed: a segment of another tier', { [key]: moved({ tier: 'monthly' }, keys.signer) });
  unused('even signed: a segment twice', { [key]: moved({ artifacts: manifest.artifacts.map((artifact) => ({ ...artifact, segments: [...artifact.segments, ...artifact.segments] })) }, keys.signer) });
  unused('even signed: sizes that do not add up', { [key]: moved({ artifacts: manifest.artifacts.map((artifact) => ({ ...artifact, storedBytes: artifact.storedBytes + 1 })) }, keys.signer) });
  unused('even signed: no artifact', { [key]: moved({ artifacts: [] }, keys.signer) });
  unused('even signed: a field nobody knows', { [key]: JSON.stringify(withSignature({ ...bare, extra: 1 } as Signable, keys.signer)) });
  unused('even signed: version 2', { [key]: JSON.stringify(withSignature({ ...bare, version: 2 } as Signable, keys.signer)) });
  unused('empty', { [key]: '' });
  unused('null', { [key]: 'null' });
  unused('an array', { [key]: '[]' });
  unused('not UTF-8', { [key]: `${text.slice(0, -3)}\ud800` });
  for (const share of [0.1, 0.5, 0.9, 0.999]) unused(`cut at ${share * 100} %`, { [key]: text.slice(0, Math.floor(text.length * share) - 2) });
  unused('the verdict in place of the manifest', { [key]: verdict });

  const said = JSON.parse(verdict) as Record<string, unknown>;
  const { signature: __, ...bareVerdict } = said;
  unused('verdict edited', { [verdictKey]: JSON.stringify({ ...said, at: '2026-11-01T00:00:00.000Z' }) });
  unused('verdict without signature', { [verdictKey]: JSON.stringify(bareVerdict) });
  unused('verdict signed by somebody else', { [verdictKey]: JSON.stringify(withSignature(bareVerdict as Signable, keys.foreign)) });
  unused('verdict about another manifest', { [verdictKey]: JSON.stringify(withSignature({ ...bareVerdict, manifestSha256: '0'.repeat(64) } as Signable, keys.signer)) });
  unused('verdict about another backup', { [verdictKey]: JSON.stringify(withSignature({ ...bareVerdict, id: NEWER } as Signable, keys.signer)) });
  unused('verdict of another source', { [verdictKey]: JSON.stringify(withSignature({ ...bareVerdict, source: foreignPlace } as Signable, keys.signer)) });
  unused('verdict from the future', { [verdictKey]: JSON.stringify(withSignature({ ...bareVerdict, at: '2099-01-01T00:00:00.000Z' } as Signable, keys.signer)) });
  unused('verdict cut', { [verdictKey]: verdict.slice(0, verdict.length / 2) });
  const replayKey = checkKey(SOURCE, manifest.id, NEWER);
  unused('a verdict that passes replayed over one that fails', {
    [verdictKey]: JSON.stringify(withSignature({ ...bareVerdict, verdict: 'fail', at: new Date().toISOString() } as Signable, keys.signer)), [replayKey]: JSON.stringify({ ...said, at: new Date(Date.now() + 60_000).toISOString() }),
  });

  return {
    damaged: cases,
    controls: [{ name: 'the manifest as it was written', refused: async () => {
      const catalog = await catalogOf(await changed({}), keys);
      return catalog.entries[0]?.status === 'verified' && catalog.oddities.length === 0 ? undefined : JSON.stringify(catalog.oddities);
    } }],
  };
}

/** One change of each field, as somebody would make it who cannot sign. */
function edits(manifest: Manifest): Record<string, object> {
  const [artifact] = manifest.artifacts;
  if (artifact === undefined) throw new Error('a manifest without artifacts');
  const [segment] = artifact.segments;
  const inArtifact = (change: object): object => ({ artifacts: [{ ...artifact, ...change }] });
  const inSegment = (change: object): object => inArtifact({ segments: [{ ...segment, ...change }] });
  const zeroes = '0'.repeat(64);
  return {
    store: { store: 's3://elsewhere/backups' }, tool: { tool: { ...manifest.tool, version: '9.9.9' } }, engine: { engine: 'mysql' }, 'server.version': { server: { ...manifest.server, version: '1' } },
    'server.identity': { server: { ...manifest.server, identity: 'another' } }, client: { client: { program: 'x', version: '1' } }, flags: { flags: [] }, database: { database: 'other' }, charset: { charset: 'latin1' },
    collation: { collation: 'latin1_bin' }, sqlMode: { sqlMode: '' }, timeZone: { timeZone: '+05:00' }, position: { position: 'GTID 1-1-1' }, startedAt: { startedAt: '2020-01-01T00:00:00.000Z' },
    snapshotAt: { snapshotAt: '2030-01-01T00:00:00.000Z' }, endedAt: { endedAt: '2030-01-01T00:00:00.000Z' }, 'codec.compression': { codec: { ...manifest.codec, compression: 'none' } },
    'codec.encryption': { codec: { ...manifest.codec, encryption: 'none' } }, 'codec.recipients': { codec: { ...manifest.codec, recipients: ['age1other'] } }, 'artifact.name': inArtifact({ name: 'other' }),
    'artifact.plainBytes': inArtifact({ plainBytes: 1 }), 'artifact.plainSha256': inArtifact({ plainSha256: zeroes }), 'artifact.storedSha256': inArtifact({ storedSha256: zeroes }), 'segment.bytes': inSegment({ bytes: 1 }),
    'segment.sha256': inSegment({ sha256: zeroes }), 'segment.proof': inSegment({ proof: 'size' }), inventory: { inventory: { table: ['only'] } }, tables: { tables: {} }, checks: { checks: [] }, 'checks pass': { checks: [{ name: 'trailer', result: 'pass' }] },
    partial: { partial: ['a table is missing'] }, suspect: { suspect: 'no' }, migrations: { migrations: ['x'] }, sha: { sha: 'f'.repeat(40) }, runUrl: { runUrl: 'https://example.com' }, restore: { restore: 'rm -rf /' }, id: { id: NEWER }, source: { source: 'other' }, tier: { tier: 'monthly' }, version: { version: 2 },
  };
}
