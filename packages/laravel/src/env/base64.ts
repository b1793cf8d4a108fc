/**
 * `base64_decode` as PHP does it when it is not strict: what is outside the alphabet is dropped, `=` and `-` and `_` included, wherever
 * it stands. Node reads `-` and `_` and ends at the first `=`.
 */
export function phpBase64(text: string): Buffer {
  const kept = text.replaceAll(/[^A-Za-z0-9+/]/g, '');
  return Buffer.from(kept, 'base64');
}
