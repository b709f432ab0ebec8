import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeContent, encodeOwners, keptRecord } from '../nftables/canonical/fragment-bytes.ts';
import type { FragmentRecord } from '../nftables/canonical/written.ts';
import { listState, readStateBytes, removeState, writeState } from './state-file.ts';

/*
 * Fragments in the state directory: once each, however many revisions and compilations have them. A pack
 * is a file of fragments that were new when it was written; lists say which fragment stands where in
 * which pack. A pack never changes, and goes when no list names it.
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
  const kept = packsToKeep(directory, records);
  await writePack(
    directory,
    records.filter((record) => {
      const place = places.get(record);
      return place?.directory !== directory || !kept.has(place.pack);
    }),
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

/** All packs, or when there are too many the largest, if it has most of what is needed. */
function packsToKeep(directory: string, records: readonly FragmentRecord[]): ReadonlySet<string> {
  const needed = new Map<string, number>();
  let total = 0;
  for (const record of records) {
    const place = places.get(record);
    if (place?.directory !== directory) continue;
    const bytes = place.content + place.owners;
    needed.set(place.pack, (needed.get(place.pack) ?? 0) + bytes);
    total += bytes;
  }
  if (needed.size < mostPacks) return new Set(needed.keys());
  const [largest] = [...needed].sort((a, b) => b[1] - a[1]);
  return new Set(largest !== undefined && largest[1] * 2 > total ? [largest[0]] : []);
}

async function writePack(directory: string, records: readonly FragmentRecord[]): Promise<void> {
  if (records.length === 0) return;
  const texts: Buffer[] = [];
  const name = createHash('sha256');
  const found: { readonly record: FragmentRecord; readonly place: Omit<Place, 'pack'> }[] = [];
  let at = 0;
  for (const record of records) {
    const fragment = record.read();
    const content = Buffer.from(encodeContent(fragment), 'latin1');
    const owners = Buffer.from(encodeOwners(fragment));
    name.update(record.digest).update(owners);
    texts.push(content, owners);
    const place = { directory, at, content: content.length, owners: owners.length };
    found.push({ record, place });
    at += content.length + owners.length;
  }
  const pack = `fragments-${name.digest('hex').slice(0, 32)}.pack`;
  // Each fragment carries its digest, and a broken one only costs time.
  await writeState(directory, pack, [Buffer.concat(texts)], { sync: false });
  for (const { record, place } of found) places.set(record, { ...place, pack });
}

/**
 * The fragments of a list, in its order. Whether each is what its digest says is found out when it is read.
 *
 * @returns undefined where a pack is missing, or the list points beside it
 */
export async function loadFragments(
  directory: string,
  { packs, places: list }: FragmentList,
): Promise<readonly FragmentRecord[] | undefined> {
  const buffers: Buffer[] = [];
  for (const pack of packs) {
    const bytes = await readStateBytes(directory, pack, largestPack);
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
    if (found !== undefined && found.mtimeMs < now - unlistedFor)
      await removeState(directory, name);
  }
}
