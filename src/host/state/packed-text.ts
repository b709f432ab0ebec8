import { constants, gunzipSync, gzipSync } from 'node:zlib';

/*
 * How texts are kept: a line of JSON about the text, then the text, as gzip. The state directory is in
 * memory (/run) on most machines.
 */

/** Bytes that a text may have unpacked; a string of V8 has 512 MiB at most. */
const largestText = 500 * 1024 * 1024;

/** Nothing that natc packs shrinks so much. */
const largestRatio = 200;

const limitFor = ({ length }: Uint8Array): number =>
  Math.min(largestText, 64 * 1024 + length * largestRatio);

/** Bytes that a packed file may have. */
export const largestPacked = 256 * 1024 * 1024;

/** Looked for as a byte: as a string it takes several times as long. */
export const lineFeed = 0x0a;

/** Level 1 packs a ruleset seven to one, at a third of the time that the others take. */
const level = 1;

/** A text whole, under a line that says what it is. */
export const packWhole = (head: object, text: Uint8Array): readonly Uint8Array[] => [
  packHead(head),
  gzipSync(text, { level }),
];

/** Two members of gzip are one file for every reader, and the first can be read alone. */
const packHead = (head: object): Uint8Array => gzipSync(`${JSON.stringify(head)}\n`, { level });

/** The line about the text; it needs no more than the beginning of the file. @throws for other files */
export function unpackHead(beginning: Uint8Array): unknown {
  const text = gunzipSync(beginning, {
    finishFlush: constants.Z_SYNC_FLUSH,
    maxOutputLength: limitFor(beginning),
  });
  return JSON.parse(text.toString('utf8', 0, text.indexOf(lineFeed)));
}

/** The text of a file that {@link packWhole} packed. @throws for other files */
export const unpackWhole = (packed: Buffer): Buffer => afterLine(unpack(packed));

function unpack(packed: Buffer): Buffer {
  const limit = limitFor(packed);
  // The last four bytes say how much comes out, and once there is room for it nothing is copied.
  const size = packed.length < 4 ? 0 : packed.readUInt32LE(packed.length - 4);
  const chunkSize = Math.min(limit, size + 64 * 1024);
  return gunzipSync(packed, { maxOutputLength: limit, chunkSize });
}

const afterLine = (bytes: Buffer): Buffer => bytes.subarray(bytes.indexOf(lineFeed) + 1);
