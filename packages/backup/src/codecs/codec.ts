export type Compression = 'zstd' | 'gzip' | 'none';
export type Encryption = 'age' | 'none';

/** How an artifact's plaintext becomes stored bytes: compress, then encrypt. */
export interface Codec {
  readonly compression: Compression;
  /** zstd 1 to 19, gzip 1 to 9; unused for none. */
  readonly level: number;
  /** `compression-level: auto`: zstd itself moves between 1 and `level`, by who waits for whom (`--adapt`). */
  readonly adapt?: boolean;
  readonly encryption: Encryption;
  /** age recipients (`age1…`, post-quantum `age1pq1…`); at least two with encryption age. */
  readonly recipients: readonly string[];
}

/** Suffix of an artifact's name, for example `.sql.zst.age` without the format's own part: `.zst.age`. */
export function codecSuffix(codec: Pick<Codec, 'compression' | 'encryption'>): string {
  const compressed = { zstd: '.zst', gzip: '.gz', none: '' }[codec.compression];
  return codec.encryption === 'age' ? `${compressed}.age` : compressed;
}

/** Pipe of public tools that turns stored bytes on stdin into plaintext, for the restore command. */
export function decodePipe(codec: Pick<Codec, 'compression' | 'encryption'>): string {
  const age = codec.encryption === 'age' ? ['age -d -i KEY'] : [];
  const unpack = { zstd: ['zstd -d'], gzip: ['gzip -d'], none: [] }[codec.compression];
  return [...age, ...unpack].join(' | ') || 'cat';
}
