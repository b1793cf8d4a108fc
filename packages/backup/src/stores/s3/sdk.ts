import type { S3Client } from '@aws-sdk/client-s3';
import { asError } from '@ops/shared';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { S3Target } from '../settings.ts';
import type { CredentialCache } from './credentials.ts';

/** Time limits, attempts and pages; tests make them short. */
export interface S3Limits {
  /** A whole request until its answer begins; a part of 16 MiB in it is 93 KB/s. */
  readonly requestMs: number;
  readonly connectMs: number;
  readonly attempts: number;
  /** Longest silence while a body is read. */
  readonly readIdleMs: number;
  /** Between looks whether an aborted upload is gone, and after a 409. */
  readonly pauseMs: number;
  /** Keys in one page of a list; S3 gives at most a thousand. */
  readonly pageKeys: number;
}

export const S3_LIMITS: S3Limits = { requestMs: 180_000, connectMs: 10_000, attempts: 6, readIdleMs: 120_000, pauseMs: 1000, pageKeys: 1000 };

type Handle = NodeHttpHandler['handle'];

export type Sdk = Awaited<ReturnType<typeof loadSdk>>;

/** The SDK, loaded by the first store that is an s3 one: nothing else may pay for it. */
export async function loadSdk() {
  const [s3, lib, http] = await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/lib-storage'), import('@smithy/node-http-handler')]);

  /** Ends every request with the signal, also those the SDK is about to try again. */
  class EndableHandler extends http.NodeHttpHandler {
    readonly #signal: AbortSignal;

    constructor(limits: S3Limits, signal: AbortSignal) {
      // requestTimeout alone only prints a warning.
      super({ requestTimeout: limits.requestMs, throwOnRequestTimeout: true, connectionTimeout: limits.connectMs });
      this.#signal = signal;
    }

    override async handle(request: Parameters<Handle>[0], options: Parameters<Handle>[1] = {}): ReturnType<Handle> {
      const given = options.abortSignal;
      const signal = given instanceof AbortSignal ? AbortSignal.any([given, this.#signal]) : this.#signal;
      return super.handle(request, { ...options, abortSignal: signal }).catch((thrown: unknown) => {
        throw thrown instanceof Error ? thrown : ofThisRealm(thrown);
      });
    }
  }

  return { ...s3, Upload: lib.Upload, EndableHandler };
}

/** A client whose requests all end with the signal. */
export function makeClient(sdk: Sdk, target: S3Target, credentials: CredentialCache, limits: S3Limits, signal: AbortSignal): S3Client {
  // The SDK would keep what has no expiration for ever, and with one it would ask for every request in its last five minutes.
  const provider = Object.assign(async () => credentials.get(), { memoized: true });
  return new sdk.S3Client({
    region: target.region,
    ...(target.endpoint === undefined ? {} : { endpoint: target.endpoint }),
    // A bucket with dots fits no certificate as a host name.
    forcePathStyle: target.endpoint !== undefined || target.bucket.includes('.'),
    credentials: provider,
    maxAttempts: limits.attempts,
    requestHandler: new sdk.EndableHandler(limits, signal),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Its warnings go to the console otherwise, past the log.
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing, trace: nothing },
  });
}

/**
 * Inside a worker's or a test runner's realm node's own errors are no `instanceof Error`: the SDK would wrap them, lose their
 * code, and not know what to try again.
 */
function ofThisRealm(thrown: unknown): Error {
  const error = asError(thrown);
  return Object.assign(new Error(error.message, { cause: error }), error, { name: error.name });
}

function nothing(): void {
  // What matters comes as an error.
}
