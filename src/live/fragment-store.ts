import { hash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { keptRecord } from '../nftables/canonical/fragment-bytes.ts';
import type { FragmentBytes, FragmentRecord } from '../nftables/canonical/written.ts';
import { listState, readStateBytes, removeState, writeState } from './state-file.ts';

/*
 * Fragments in the state directory: once each, however many revisions and compilations have them. A pack
 * is a file of fragments that were new when it was written, named after its bytes; lists say which fragment
 * stands where in which pack. A pack never changes, and goes when no list names it.
 *
 * It begins with the number of fragments (32 bits) and a row for each; then come their bytes.
 */

/** Where fragments stand. */
export interface FragmentList {
  readonly packs: readonly string[];
  /** A row of {@link rowSize} bytes for each fragment, in base64. */
  readonly places: string;
}

/** Index of the pack, offset, bytes of the content, bytes of the comments: 32 bits each; the digest. */
const rowSize = 32;

interface Place {
  readonly directory: string;
  readonly pack: string;
  readonly at: number;
  readonly content: number;
  readonly owners: number;
}

/** Where a record of this process was read from or written to. */
const places = new WeakMap<FragmentRecord, Place>();

/** More make reading slow. */
const mostPacks = 8;

const largestPack = 256 * 1024 * 1024;

const packPattern = /^fragments-[0-9a-f]{32}\.pack$/;

/** Of a pack: the digest, bytes of the content, bytes of the comments. */
const packRowSize = 24;

/**
 * Keeps fragments: those that are not in a pack yet go into a new one.
 *
 * @returns where they stand, in their order
 * @throws the system's error when the directory cannot be written
 */
export async function keepFragments(
  directory: string,
  records: readonly FragmentRecord[],
): Promise<FragmentList> {
  const dropped = packsToDrop(directory, records);
  const isPlaced = (record: FragmentRecord): boolean => {
    const place = places.get(record);
    return place?.directory === directory && !dropped.has(place.pack);
  };
  const isKept = (pack: string): boolean => !dropped.has(pack);
  const unplaced = records
    .filter((record) => !isPlaced(record))
    .map((record) => ({ record, ...record.bytes() }));
  // Where most have their places, those that this process knows have nothing else of them.
  const isKnown = (pack: string): boolean =>
    unplaced.length * 2 < records.length && searched.has(join(directory, pack));
  await findPlaces(directory, unplaced, (pack) => isKept(pack) && !isKnown(pack));
  await writePack(
    directory,
    unplaced.filter(({ record }) => !isPlaced(record)),
  );
  const packs: string[] = [];
  const rows = Buffer.alloc(records.length * rowSize);
  const indexes = new Map<string, number>();
  for (const [row, record] of records.entries()) {
    const place = places.get(record);
    if (place === undefined) throw new Error('a fragment was not written');
    const index = indexes.get(place.pack) ?? packs.push(place.pack) - 1;
    indexes.set(place.pack, index);
    const start = row * rowSize;
    rows.writeUInt32LE(index, start);
    rows.writeUInt32LE(place.at, start + 4);
    rows.writeUInt32LE(place.content, start + 8);
    rows.writeUInt32LE(place.owners, start + 12);
    rows.write(record.digest, start + 16, 'hex');
  }
  return { packs, places: rows.toString('base64') };
}

/** None, or when there are too many all, but for the largest, if it has most of what is needed. */
function packsToDrop(directory: string, records: readonly FragmentRecord[]): ReadonlySet<string> {
  const needed = new Map<string, number>();
  let total = 0;
  for (const record of records) {
    const place = places.get(record);
    if (place?.directory !== directory) continue;
    const bytes = place.content + place.owners;
    needed.set(place.pack, (needed.get(place.pack) ?? 0) + bytes);
    total += bytes;
  }
  const [largest, ...others] = [...needed].sort((a, b) => b[1] - a[1]);
  if (largest === undefined || needed.size < mostPacks) return new Set();
  const dropped = largest[1] * 2 > total ? others : [largest, ...others];
  return new Set(dropped.map(([pack]) => pack));
}

interface Encoded extends FragmentBytes {
  readonly record: FragmentRecord;
}

/** Finds fragments that packs have already, of a compilation or a revision that this process did not read. */
async function findPlaces(
  directory: string,
  fragments: readonly Encoded[],
  isAsked: (pack: string) => boolean,
): Promise<void> {
  if (fragments.length === 0) return;
  const wanted = new Map(fragments.map((each) => [each.record.digest, each]));
  for (const pack of await listState(directory)) {
    if (!isPack(pack) || !isAsked(pack)) continue;
    const bytes = await readPack(directory, pack);
    searched.add(join(directory, pack));
    if (bytes === undefined) continue;
    for (const { digest, at, content, owners } of fragmentsOf(bytes)) {
      const asked = wanted.get(digest);
      if (asked === undefined) continue;
      const split = at + content;
      // Their comments are not in the digest.
      const isSame =
        asked.content.equals(bytes.subarray(at, split)) &&
        asked.owners.equals(bytes.subarray(split, split + owners));
      if (isSame) places.set(asked.record, { directory, pack, at, content, owners });
    }
  }
}

/** The fragments of a pack. Whoever wrote it is believed: its name is that of its bytes. */
function* fragmentsOf(bytes: Buffer) {
  const count = bytes.length < 4 ? 0 : bytes.readUInt32LE(0);
  let at = 4 + count * packRowSize;
  for (let start = 4; start < 4 + count * packRowSize; start += packRowSize) {
    const digest = bytes.toString('hex', start, start + 16);
    const content = bytes.readUInt32LE(start + 16);
    const owners = bytes.readUInt32LE(start + 20);
    yield { digest, at, content, owners };
    at += content + owners;
  }
}

async function writePack(directory: string, fragments: readonly Encoded[]): Promise<void> {
  if (fragments.length === 0) return;
  const head = Buffer.alloc(4 + fragments.length * packRowSize);
  head.writeUInt32LE(fragments.length, 0);
  for (const [index, { record, content, owners }] of fragments.entries()) {
    const start = 4 + index * packRowSize;
    head.write(record.digest, start, 'hex');
    head.writeUInt32LE(content.length, start + 16);
    head.writeUInt32LE(owners.length, start + 20);
  }
  const texts = fragments.flatMap(({ content, owners }) => [content, owners]);
  const bytes = Buffer.concat([head, ...texts]);
  const pack = packName(bytes);
  // It carries its digest, and a broken one only costs time.
  await writeState(directory, pack, [bytes], { sync: false });
  searched.add(join(directory, pack));
  let at = head.length;
  for (const { record, content, owners } of fragments) {
    places.set(record, { directory, pack, at, content: content.length, owners: owners.length });
    at += content.length + owners.length;
  }
}

const packName = (bytes: Buffer): string => `fragments-${hash('sha256', bytes).slice(0, 32)}.pack`;

/** A pack, if its bytes are those that it is named after. */
async function readPack(directory: string, pack: string): Promise<Buffer | undefined> {
  const path = join(directory, pack);
  const stats = await lstat(path).catch(() => undefined);
  const state = `${stats?.ino} ${stats?.size} ${stats?.mtimeMs}`;
  const known = packs.get(path);
  const held = known?.state === state ? known.memory.deref() : undefined;
  if (known !== undefined && held !== undefined) return Buffer.from(held, known.at, known.length);
  packs.delete(path);
  const bytes = await readStateBytes(directory, pack, largestPack);
  if (bytes === undefined || packName(bytes) !== pack) return undefined;
  const { byteOffset: at, length } = bytes;
  packs.set(path, { state, at, length, memory: new WeakRef(bytes.buffer) });
  return bytes;
}

/**
 * Packs that this process has read: a revision and a compilation mostly have the same. They are not kept for
 * it: a natc that follows a cluster writes one a minute.
 */
const packs = new Map<string, ReadPack>();

interface ReadPack {
  /** Which file it was. */
  readonly state: string;
  readonly memory: WeakRef<ArrayBufferLike>;
  readonly at: number;
  readonly length: number;
}

/** Packs that were written, or looked through for fragments, by this process. */
const searched = new Set<string>();

/**
 * The fragments of a list, in its order. Whether each is what its digest says is found out when it is read.
 *
 * @returns undefined where a pack is missing or damaged, or the list points beside it
 */
export async function loadFragments(
  directory: string,
  { packs, places: list }: FragmentList,
): Promise<readonly FragmentRecord[] | undefined> {
  const buffers: Buffer[] = [];
  for (const pack of packs) {
    const bytes = await readPack(directory, pack);
    if (bytes === undefined) return undefined;
    buffers.push(bytes);
  }
  const rows = Buffer.from(list, 'base64');
  if (rows.length % rowSize !== 0) return undefined;
  const records: FragmentRecord[] = [];
  for (let start = 0; start < rows.length; start += rowSize) {
    const index = rows.readUInt32LE(start);
    const at = rows.readUInt32LE(start + 4);
    const content = rows.readUInt32LE(start + 8);
    const owners = rows.readUInt32LE(start + 12);
    const digest = rows.toString('hex', start + 16, start + rowSize);
    const [bytes, pack] = [buffers[index], packs[index]];
    if (bytes === undefined || pack === undefined || at + content + owners > bytes.length)
      return undefined;
    const split = at + content;
    const record = keptRecord(
      digest,
      bytes.subarray(at, split),
      bytes.subarray(split, split + owners),
    );
    places.set(record, { directory, pack, at, content, owners });
    records.push(record);
  }
  return records;
}

export const isPack = (json: unknown): json is string =>
  typeof json === 'string' && packPattern.test(json);

/** A list may be on its way to its file while its pack is there already, in milliseconds. */
const unlistedFor = 60_000;

/**
 * Removes the packs that no list names.
 *
 * @param now in milliseconds
 * @throws the system's error
 */
export async function prunePacks(
  directory: string,
  listed: ReadonlySet<string>,
  now: number,
): Promise<void> {
  for (const name of await listState(directory)) {
    if (!packPattern.test(name) || listed.has(name)) continue;
    const found = await lstat(join(directory, name)).catch(() => undefined);
    if (found === undefined || found.mtimeMs >= now - unlistedFor) continue;
    packs.delete(join(directory, name));
    searched.delete(join(directory, name));
    await removeState(directory, name);
  }
}
