import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { isMapping } from '../../diagnostics/mapping.ts';
import { readState, readStateBytes, writeState } from '../state/state-file.ts';
import { isCount, isLine, isListOf, isTime } from '../state/state-shape.ts';
import type { WholeList } from './list-pages.ts';
import { itemEnd, type ListedItem, type ListKind, listKinds } from './list-text.ts';

/*
 * The lists that a run of natc made, for the next one to begin from: `lists.gz` has the objects, and is written
 * when one of them changes; `lists.json`, a few bytes, says up to which version they are known, each time.
 */

const objectsFile = 'lists.gz';
const versionsFile = 'lists.json';

/** Changes with the shape of the files; others are ignored. */
const format = 1;

/** Compressed, and not. */
const largest = 256 * 1024 * 1024;
const largestText = 512 * 1024 * 1024;

export interface KeptLists {
  /** The API server they are of. */
  readonly server: string;
  /** When they were last listed in full, in seconds since 1970. */
  readonly listedAt: number;
  readonly lists: ReadonlyMap<ListKind['kind'], WholeList>;
  /** Of the file that has the objects; undefined: they are not written yet. */
  readonly id: string | undefined;
}

interface Versions {
  readonly id: string;
  readonly server: string;
  readonly listedAt: number;
  readonly versions: readonly string[];
}

/** @returns undefined where there are none of this server, or none that are whole */
export async function loadLists(directory: string, server: string): Promise<KeptLists | undefined> {
  const known = await readState(directory, versionsFile, versionsIn);
  if (known === undefined || known.server !== server) return undefined;
  const packed = await readStateBytes(directory, objectsFile, largest);
  if (packed === undefined) return undefined;
  try {
    const lines = gunzipSync(packed, { maxOutputLength: largestText }).toString().split('\n');
    const head: unknown = JSON.parse(lines[0] ?? '');
    if (!isMapping(head) || head['id'] !== known.id || !isListOf(head['counts'], isCount))
      return undefined;
    let at = 1;
    const lists = new Map<ListKind['kind'], WholeList>();
    for (const [index, { kind }] of listKinds.entries()) {
      const count = head['counts'][index] ?? 0;
      const items = lines.slice(at, at + count).map(itemIn);
      at += count;
      lists.set(kind, { items, version: known.versions[index] ?? '' });
    }
    const { id, listedAt } = known;
    return at === lines.length ? { id, server, listedAt, lists } : undefined;
  } catch {
    return undefined;
  }
}

function versionsIn(json: unknown): Versions | undefined {
  if (!isMapping(json) || json['format'] !== format) return undefined;
  const { id, server, listedAt, versions } = json;
  const isWhole =
    isLine(id) &&
    isLine(server) &&
    isTime(listedAt) &&
    isListOf(versions, isLine) &&
    versions.length === listKinds.length;
  return isWhole ? { id, server, listedAt, versions } : undefined;
}

/** @throws the system's error when the directory cannot be written */
export async function storeLists(directory: string, kept: KeptLists): Promise<void> {
  const { server, listedAt, lists } = kept;
  const id = kept.id ?? randomBytes(8).toString('hex');
  const all = listKinds.map(({ kind }) => lists.get(kind) ?? { items: [], version: '' });
  if (kept.id === undefined) {
    const counts = all.map(({ items }) => items.length);
    const lines = [
      JSON.stringify({ id, counts }),
      ...all.flatMap(({ items }) => items.map(lineOf)),
    ].join('\n');
    const packed = gzipSync(lines, { level: 1 });
    await writeState(directory, objectsFile, [packed], { sync: false });
  }
  const versions = all.map(({ version }) => version);
  const json = { format, id, server, listedAt, versions };
  await writeState(directory, versionsFile, `${JSON.stringify(json)}\n`, { sync: false });
}

/** The text of an object is one line, but for its end. */
const lineOf = ({ name, version, endpoints, text }: ListedItem): string =>
  `${JSON.stringify([name, version, endpoints])}\t${text.slice(0, -itemEnd.length)}`;

function itemIn(line: string): ListedItem {
  const tab = line.indexOf('\t');
  const head: unknown = JSON.parse(line.slice(0, tab));
  if (!Array.isArray(head)) throw new Error('no item');
  const [name, version, endpoints]: readonly unknown[] = head;
  if (typeof name !== 'string' || typeof version !== 'string' || typeof endpoints !== 'number')
    throw new Error('no item');
  return { name, version, endpoints, text: `${line.slice(tab + 1)}${itemEnd}` };
}
