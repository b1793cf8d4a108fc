import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

/** Sizes of the age v1 format (age-encryption.org/v1): payload in sealed chunks, after a nonce from which their key comes. */
const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const NONCE_BYTES = 16;
const SEALED_BYTES = CHUNK_BYTES + TAG_BYTES;
const CIPHER = 'chacha20-poly1305';
const MAC_LINE = Buffer.from('\n--- ');
/** A header with hundreds of recipients is far smaller. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** The stored bytes are no whole age file, or were changed. */
export class AgeDamage extends Error {}
/** None of the identities opens the file. */
export class AgeWrongIdentity extends Error {}

/**
 * Encrypts a stream to age recipients. Header and key wrapping are age-encryption's; the chunks are sealed by OpenSSL,
 * which does it several times as fast as JavaScript and leaves nothing for a worker thread to gain.
 */
export class AgeEncryptor {
  readonly #chunks: Chunks;
  readonly #key: Buffer;
  readonly #plain = Buffer.allocUnsafe(CHUNK_BYTES);
  #used = 0;
  #header: Buffer | undefined;

  private constructor(header: Buffer, key: Buffer) {
    this.#header = header;
    this.#key = key;
    this.#chunks = new Chunks();
  }

  /** Throws Error when a recipient is none. */
  static async to(recipients: readonly string[]): Promise<AgeEncryptor> {
    const { Encrypter } = await import('age-encryption');
    const encrypter = new Encrypter();
    for (const recipient of recipients) encrypter.addRecipient(recipient);
    let fileKey: Uint8Array | undefined;
    // A recipient that adds nothing to the file: it only sees the key, which the library shows nowhere else.
    encrypter.addRecipient({ wrapFileKey: (key) => { fileKey = Uint8Array.from(key); return []; } });
    const empty = Buffer.from(await encrypter.encrypt(new Uint8Array(0)));
    if (fileKey === undefined) throw new Error('age-encryption made a file without a key');
    const header = empty.subarray(0, empty.length - TAG_BYTES);
    return new AgeEncryptor(header, payloadKey(fileKey, header.subarray(header.length - NONCE_BYTES)));
  }

  update(plain: Buffer): Buffer[] {
    const out = this.#begin();
    let from = 0;
    while (from < plain.length) {
      // The last chunk is marked, so a full one waits until a byte follows it.
      if (this.#used === CHUNK_BYTES) { out.push(...this.#seal(false)); }
      const size = Math.min(CHUNK_BYTES - this.#used, plain.length - from);
      plain.copy(this.#plain, this.#used, from, from + size);
      this.#used += size;
      from += size;
    }
    return out;
  }

  final(): Buffer[] {
    return [...this.#begin(), ...this.#seal(true)];
  }

  #begin(): Buffer[] {
    const header = this.#header;
    this.#header = undefined;
    return header === undefined ? [] : [header];
  }

  #seal(last: boolean): Buffer[] {
    const cipher = createCipheriv(CIPHER, this.#key, this.#chunks.next(last), { authTagLength: TAG_BYTES });
    const sealed = cipher.update(this.#plain.subarray(0, this.#used));
    cipher.final();
    this.#used = 0;
    return [sealed, cipher.getAuthTag()];
  }
}

/** Decrypts a stream; nothing unauthenticated leaves it. */
export class AgeDecryptor {
  readonly #identities: readonly string[];
  readonly #chunks = new Chunks();
  #key: Buffer | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #opened = false;

  /** Identities as text lines `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`. */
  constructor(identities: readonly string[]) {
    this.#identities = identities;
  }

  /** Throws AgeDamage, AgeWrongIdentity. */
  async update(sealed: Buffer): Promise<Buffer[]> {
    this.#rest = this.#rest.length === 0 ? sealed : Buffer.concat([this.#rest, sealed]);
    if (this.#key === undefined && !(await this.#readHeader(this.#identities))) return [];
    const out: Buffer[] = [];
    while (this.#rest.length > SEALED_BYTES) {
      out.push(this.#open(this.#rest.subarray(0, SEALED_BYTES), false));
      this.#rest = this.#rest.subarray(SEALED_BYTES);
    }
    return out;
  }

  /** The last chunk. Throws AgeDamage when it is not there. */
  final(): Buffer {
    if (this.#key === undefined) throw new AgeDamage('it ends inside the header of age');
    const plain = this.#open(this.#rest, true);
    if (plain.length === 0 && this.#opened) throw new AgeDamage('its last chunk is empty');
    return plain;
  }

  async #readHeader(identities: readonly string[]): Promise<boolean> {
    const line = this.#rest.indexOf(MAC_LINE);
    const end = line < 0 ? -1 : this.#rest.indexOf(10, line + MAC_LINE.length);
    if (end < 0 || this.#rest.length < end + 1 + NONCE_BYTES) {
      if (!this.#rest.subarray(0, 22).equals(Buffer.from('age-encryption.org/v1\n').subarray(0, this.#rest.length)) || this.#rest.length > MAX_HEADER_BYTES) throw new AgeDamage('it does not begin like an age file');
      return false;
    }
    const { Decrypter } = await import('age-encryption');
    const decrypter = new Decrypter();
    for (const identity of identities) decrypter.addIdentity(identity);
    let fileKey: Uint8Array;
    try {
      fileKey = await decrypter.decryptHeader(Uint8Array.from(this.#rest.subarray(0, end + 1)));
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      if (message.includes('no identity matched')) throw new AgeWrongIdentity(message);
      throw new AgeDamage(`its age header is damaged (${message})`);
    }
    this.#key = payloadKey(fileKey, this.#rest.subarray(end + 1, end + 1 + NONCE_BYTES));
    this.#rest = this.#rest.subarray(end + 1 + NONCE_BYTES);
    return true;
  }

  #open(sealed: Buffer, last: boolean): Buffer {
    if (sealed.length < TAG_BYTES || this.#key === undefined) throw new AgeDamage('it was cut off');
    const decipher = createDecipheriv(CIPHER, this.#key, this.#chunks.next(last), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
    try {
      decipher.final();
    } catch {
      throw new AgeDamage(last ? 'its end is missing or was changed' : 'a byte of it was changed');
    }
    if (!last) this.#opened = true;
    return plain;
  }
}

/** Nonces of chunks: 11 bytes of counter, then 1 for the last chunk. */
class Chunks {
  #count = 0n;

  next(last: boolean): Buffer {
    const nonce = Buffer.alloc(12);
    nonce.writeBigUInt64BE(this.#count, 3);
    nonce[11] = last ? 1 : 0;
    this.#count += 1n;
    return nonce;
  }
}

function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
}
