import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** What a program that compresses wrote, taken apart, or what keeps it from that. */
export type Decompressed =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'too large' }
  | { readonly kind: 'cut off' }
  | { readonly kind: 'damaged' };

/** The first two bytes of what gzip writes (RFC 1952). */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const inflate = promisify(gunzip);

/**
 * Decompresses what gzip wrote, also several such files one after the other.
 *
 * @param limit the most bytes that it may become: a small file can become any number
 */
export async function decompress(bytes: Uint8Array, limit: number): Promise<Decompressed> {
  try {
    return { kind: 'bytes', bytes: await inflate(bytes, { maxOutputLength: limit }) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') return { kind: 'too large' };
    return { kind: code === 'Z_BUF_ERROR' ? 'cut off' : 'damaged' };
  }
}
