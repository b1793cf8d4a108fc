import { signedFetch, type Credentials } from './signature.ts';

export interface RequestOptions {
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default the account that may do everything. */
  readonly as?: Credentials;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

/** What a test asks a store by itself, besides the product under test. */
export interface StoreClient {
  /** One signed request: `request('GET', '/backups?list-type=2')`. Any answer is a result. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** The same; an answer that is no success throws. */
  must(method: string, path: string, options?: RequestOptions): Promise<string>;
  /** Makes a bucket; `objectLock` also switches versions on. */
  makeBucket(name: string, options?: { readonly objectLock?: boolean }): Promise<void>;
  /** Keys of every object in the bucket, in order, as the server lists them (at most 1,000). */
  keys(bucket: string): Promise<string[]>;
  /** Keys of unfinished multipart uploads. */
  uploads(bucket: string): Promise<string[]>;
}

export function storeClient(endpoint: string, region: string, root: Credentials): StoreClient {
  const request: StoreClient['request'] = (method, path, options = {}) => signedFetch({
    endpoint, region, credentials: options.as ?? root, method, path, body: options.body ?? '', headers: options.headers ?? {},
  });
  const must: StoreClient['must'] = async (method, path, options) => {
    const answer = await request(method, path, options);
    if (answer.status >= 300) throw new Error(`the test store answered ${answer.status} to ${method} ${path}: ${answer.body}`);
    return answer.body;
  };
  return {
    request, must,
    async makeBucket(name, { objectLock = false } = {}) {
      await must('PUT', `/${name}`, objectLock ? { headers: { 'x-amz-bucket-object-lock-enabled': 'true' } } : {});
    },
    keys: async (bucket) => keysOf(await must('GET', `/${bucket}?list-type=2`)),
    uploads: async (bucket) => keysOf(await must('GET', `/${bucket}?uploads`)),
  };
}

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&#34;': '"', '&#39;': "'", '&quot;': '"', '&apos;': "'" };

function keysOf(xml: string): string[] {
  return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key.replace(/&(?:#\d+|\w+);/g, (entity) => ENTITIES[entity] ?? entity));
}
