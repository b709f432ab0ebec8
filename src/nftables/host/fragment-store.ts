import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { listState, readStateBytes, removeState, writeState } from '../../host/state/state-file.ts';
import { keptRecord } from '../canonical/fragment-bytes.ts';
import type { FragmentRecord } from '../canonical/written.ts';

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
  const unplaced = records.filter((record) => !isPlaced(record));
  // Where few have never had a place, the packs that this process knows have nothing of them.
  const isKnown =
    unplaced.filter((record) => places.get(record)?.directory !== directory).length * 2 <
    records.length;
  await findPlaces(
    directory,
    unplaced,
    (pack) => isKept(pack) && !(isKnown && searched.has(join(directory, pack))),
  );
  await writePack(
    directory,
    unplaced.filter((record) => !isPlaced(record)),
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

/** Finds fragments that packs have already, of a compilation or a revision that this process did not read. */
async function findPlaces(
  directory: string,
  records: readonly FragmentRecord[],
  isAsked: (pack: string) => boolean,
): Promise<void> {
  if (records.length === 0) return;
  const desired = new Map(records.map((record) => [record.digest, record]));
  for (const pack of await listState(directory)) {
    if (!isPack(pack) || !isAsked(pack)) continue;
    const bytes = await readPack(directory, pack);
    searched.add(join(directory, pack));
    if (bytes === undefined) continue;
    for (const { digest, at, content, owners } of fragmentsOf(bytes)) {
      const asked = desired.get(digest);
      if (asked === undefined) continue;
      const split = at + content;
      // Their comments are not in the digest.
      const made = asked.bytes();
      const isSame =
        made.content.equals(bytes.subarray(at, split)) &&
        made.owners.equals(bytes.subarray(split, split + owners));
      if (isSame) places.set(asked, { directory, pack, at, content, owners });
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

/** Bytes of a pack that are put together before they are written. */
const chunkSize = 1024 * 1024;

async function writePack(directory: string, records: readonly FragmentRecord[]): Promise<void> {
  if (records.length === 0) return;
  const head = Buffer.alloc(4 + records.length * packRowSize);
  head.writeUInt32LE(records.length, 0);
  const chunks: Uint8Array[] = [head];
  const sizes: { readonly content: number; readonly owners: number }[] = [];
  let parts: Uint8Array[] = [];
  let size = 0;
  for (const [index, record] of records.entries()) {
    const bytes = record.bytes();
    // All that may still be read of them comes after a look at few: they need not lie ready any more.
    record.shrink(bytes);
    const { content, owners } = bytes;
    const start = 4 + index * packRowSize;
    head.write(record.digest, start, 'hex');
    head.writeUInt32LE(content.length, start + 16);
    head.writeUInt32LE(owners.length, start + 20);
    sizes.push({ content: content.length, owners: owners.length });
    parts.push(content, owners);
    size += content.length + owners.length;
    if (size < chunkSize && index < records.length - 1) continue;
    chunks.push(Buffer.concat(parts));
    parts = [];
    size = 0;
  }
  const pack = packName(chunks);
  // It carries its digest, and a broken one only costs time.
  await writeState(directory, pack, chunks, { sync: false });
  searched.add(join(directory, pack));
  let at = head.length;
  for (const [index, record] of records.entries()) {
    const { content, owners } = sizes[index] ?? { content: 0, owners: 0 };
    places.set(record, { directory, pack, at, content, owners });
    at += content + owners;
  }
}

function packName(chunks: readonly Uint8Array[]): string {
  const all = createHash('sha256');
  for (const chunk of chunks) all.update(chunk);
  return `fragments-${all.digest('hex').slice(0, 32)}.pack`;
}

/** A pack, if its bytes are those that it is named after. */
async function readPack(directory: string, pack: string): Promise<Buffer | undefined> {
  const path = join(directory, pack);
  const stats = await lstat(path).catch(() => undefined);
  const state = `${stats?.ino} ${stats?.size} ${stats?.mtimeMs}`;
  const known = packs.get(path);
  const observed = known?.state === state ? known.memory.deref() : undefined;
  if (known !== undefined && observed !== undefined)
    return Buffer.from(observed, known.at, known.length);
  packs.delete(path);
  const bytes = await readStateBytes(directory, pack, largestPack);
  if (bytes === undefined || packName([bytes]) !== pack) return undefined;
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
