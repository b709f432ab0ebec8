import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { applyBytesDelta, bytesDelta, type Edit } from './byte-delta.ts';
import { isCount, isListOf } from './state-shape.ts';

/*
 * How rulesets are kept: a line of JSON about the text, then the text, as gzip; or, where an earlier
 * text is at hand that differs little, what differs. The state directory is in memory (/run) on most
 * machines.
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

/**
 * A text as what differs from an earlier one.
 *
 * @returns undefined where that is so much that the text had better be kept whole
 */
export function packChanges(
  head: object,
  base: Buffer,
  text: Buffer,
): readonly Uint8Array[] | undefined {
  const edits = bytesDelta(base, text, Math.max(base.length >> 4, 4096));
  if (edits === undefined || edits.length > base.length >> 9) return undefined;
  const places = edits.map(({ at, removed, inserted }) => [at, removed, inserted.length]);
  const inserted = edits.map((edit) => edit.inserted);
  const list = Buffer.from(`${JSON.stringify(places)}\n`);
  return [packHead(head), gzipSync(Buffer.concat([list, ...inserted]), { level })];
}

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

/** The text of a file that {@link packChanges} packed, with the same base. @throws for other files */
export function unpackChanges(packed: Buffer, base: Buffer): Buffer | undefined {
  const body = afterLine(unpack(packed));
  const places: unknown = JSON.parse(body.toString('utf8', 0, body.indexOf(lineFeed)));
  if (!isListOf(places, isPlace)) return undefined;
  const edits: Edit[] = [];
  let inserted = afterLine(body);
  for (const [at, removed, length] of places) {
    edits.push({ at, removed, inserted: inserted.subarray(0, length) });
    inserted = inserted.subarray(length);
  }
  return applyBytesDelta(base, edits);
}

function unpack(packed: Buffer): Buffer {
  const limit = limitFor(packed);
  // The last four bytes say how much comes out, and once there is room for it nothing is copied.
  const size = packed.length < 4 ? 0 : packed.readUInt32LE(packed.length - 4);
  const chunkSize = Math.min(limit, size + 64 * 1024);
  return gunzipSync(packed, { maxOutputLength: limit, chunkSize });
}

const afterLine = (bytes: Buffer): Buffer => bytes.subarray(bytes.indexOf(lineFeed) + 1);

const isPlace = (json: unknown): json is readonly [number, number, number] =>
  isListOf(json, isCount) && json.length === 3;
