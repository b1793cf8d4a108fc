import type { S3Client } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import type { Clock, Log } from '@ops/shared';
import type { S3Target } from '../settings.ts';
import type { CopyRequest, NotCopied, Store, StoredObject, StoreFacts, Tier, Uploaded, UploadRequest } from '../store.ts';
import { safePrefix } from '../key.ts';
import { fullKey, keyPrefix, ownKey, type ObjectSettings, type S3Context } from './context.ts';
import { copyObject } from './copy.ts';
import type { CredentialCache } from './credentials.ts';
import { downloadObject } from './download.ts';
import { applyLifecycle } from './lifecycle.ts';
import type { LifecycleReport, LifecycleRequest } from './lifecycle-plan.ts';
import { createObject, headObject, listObjects, readObject, removeObjects, replaceObject } from './objects.ts';
import { probeStore } from './probe.ts';
import { profiles, segmentBytes } from './profiles.ts';
import { loadSdk, makeClient, type S3Limits } from './sdk.ts';
import { uploadObject } from './upload.ts';
import { endUploads, listUploads } from './uploads.ts';

export interface S3Deps {
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly log: Pick<Log, 'warning'>;
  readonly limits: S3Limits;
}

/** A bucket, or a part of one. */
export class S3Store implements Store {
  readonly kind = 's3';
  readonly name: string;
  readonly endpoint: string | undefined;
  readonly #target: S3Target;
  readonly #settings: ObjectSettings;
  readonly #credentials: CredentialCache;
  readonly #deps: S3Deps;
  #client: S3Client | undefined;
  #context: Promise<S3Context> | undefined;
  #facts: Promise<StoreFacts> | undefined;

  constructor(target: S3Target, settings: ObjectSettings, credentials: CredentialCache, deps: S3Deps) {
    this.name = target.name;
    this.endpoint = target.endpoint;
    this.#target = target;
    this.#settings = settings;
    this.#credentials = credentials;
    this.#deps = deps;
  }

  readonly segmentBytes = (estimateBytes: number): number => segmentBytes(profiles[this.#target.profile], estimateBytes);

  async probe(signal: AbortSignal): Promise<StoreFacts> {
    const context = await this.#open();
    this.#facts ??= probeStore(context, signal);
    try {
      return await this.#facts;
    } catch (thrown) {
      this.#facts = undefined;
      throw thrown;
    }
  }

  async upload(request: UploadRequest): Promise<Uploaded> {
    return uploadObject(await this.#open(), request);
  }

  async copyFrom(from: Store, request: CopyRequest): Promise<Uploaded | NotCopied> {
    if (!(from instanceof S3Store)) return { why: `${from.name} is no bucket`, leftover: false };
    return copyObject(await this.#open(), await from.#open(), request);
  }

  async create(key: string, body: Uint8Array, tier: Tier | undefined, signal: AbortSignal): Promise<void> {
    return createObject(await this.#open(), key, body, tier, signal);
  }

  async read(key: string, signal: AbortSignal): Promise<{ readonly body: Uint8Array; readonly etag: string | undefined } | undefined> {
    return readObject(await this.#open(), key, signal);
  }

  async replace(key: string, body: Uint8Array, etag: string | undefined, signal: AbortSignal): Promise<boolean> {
    return replaceObject(await this.#open(), key, body, etag, signal);
  }

  async download(key: string, signal: AbortSignal): Promise<Readable> {
    return downloadObject(await this.#open(), key, signal);
  }

  async head(key: string, signal: AbortSignal): Promise<StoredObject | undefined> {
    return headObject(await this.#open(), key, signal);
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<StoredObject> {
    yield* listObjects(await this.#open(), prefix, signal);
  }

  async remove(keys: readonly string[], signal: AbortSignal): Promise<readonly { readonly key: string; readonly why: string }[]> {
    return removeObjects(await this.#open(), keys, signal);
  }

  async unfinished(prefix: string, signal: AbortSignal): Promise<readonly { readonly key: string; readonly id: string; readonly sinceMs: number }[]> {
    const context = await this.#open();
    const found = await listUploads(context, context.client, `${keyPrefix(this.#target)}${safePrefix(prefix)}`, { verb: 'list unfinished uploads', permission: 's3:ListBucketMultipartUploads', signal });
    return found.flatMap(({ key: full, ...rest }) => {
      const key = ownKey(this.#target, full);
      return key === undefined ? [] : [{ key, ...rest }];
    });
  }

  async abandon(key: string, _signal: AbortSignal): Promise<void> {
    await endUploads(await this.#open(), fullKey(this.#target, key), { unanswered: false });
  }

  /** Compares the bucket's lifecycle rules with ours, or writes them. */
  async lifecycle(request: LifecycleRequest, signal: AbortSignal): Promise<LifecycleReport> {
    return applyLifecycle(await this.#open(), request, signal);
  }

  async close(): Promise<void> {
    this.#client?.destroy();
    this.#client = undefined;
    this.#context = undefined;
  }

  #open(): Promise<S3Context> {
    this.#context ??= loadSdk().then((sdk) => {
      const client = makeClient(sdk, this.#target, this.#credentials, this.#deps.limits, new AbortController().signal);
      this.#client = client;
      return {
        sdk, client, target: this.#target, profile: profiles[this.#target.profile], settings: this.#settings, credentials: this.#credentials,
        ...this.#deps, facts: async (signal: AbortSignal) => this.probe(signal),
      };
    });
    return this.#context;
  }
}
