import { hash } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A name for a text: 16 characters, the first 80 bits of its SHA-256 in base32 (I1, RFC 4648). */
export type Hash = (text: string) => string;

export const sha256Base32: Hash = (text) => {
  const digest = hash('sha256', text, 'buffer');
  let name = '';
  for (let i = 0; i < 80; i += 5) {
    const pair = ((digest[i >> 3] ?? 0) << 8) | (digest[(i >> 3) + 1] ?? 0);
    name += alphabet[(pair >> (11 - (i & 7))) & 31];
  }
  return name;
};
