import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { isMapping } from '../../diagnostics/mapping.ts';
import type { ObjectsByService } from '../../hold-back/kept-objects.ts';
import type { Served, ServedService } from '../../hold-back/served.ts';
import type { Waiting } from '../../hold-back/waiting.ts';
import { readState, readStateBytes, removeState, writeState } from './state-file.ts';
import { isCount, isLine, isListOf, isTime } from './state-shape.ts';

/*
 * What the last input served, so that the next one can be told from a list that lost a part:
 * `served.json`, a few bytes a Service, is read every time; the objects only when some of them have to be
 * put back. Those of all Services are written when all are compiled, and then only what changes.
 */

const servedFile = 'served.json';
const objectsFile = 'served-objects.gz';
const changesFile = 'served-changes.gz';
const waitingFile = 'waiting.json';

/** Changes with the shape of the files; others are ignored. */
const format = 1;

/** 100,000 Services. */
const largestIndex = 16 * 1024 * 1024;
/** Compressed, and not. */
const largestObjects = 256 * 1024 * 1024;
const largestText = 1024 * 1024 * 1024;

export interface StoredServed extends Served {
  /** Which objects belong to it. */
  readonly objects: string;
}

export const loadServed = (directory: string): Promise<StoredServed | undefined> =>
  readState(directory, servedFile, servedIn, largestIndex);

function servedIn(json: unknown): StoredServed | undefined {
  if (!isMapping(json) || json['format'] !== format) return undefined;
  const { node, objects, services } = json;
  if (!(node === null || isLine(node)) || !isLine(objects) || !Array.isArray(services))
    return undefined;
  const entries = services.map((entry: unknown): readonly [string, ServedService] | undefined => {
    if (!Array.isArray(entry)) return undefined;
    const [name, onlyNode]: readonly unknown[] = entry;
    if (!isLine(name) || !name.includes('/') || !(onlyNode === null || isLine(onlyNode)))
      return undefined;
    return [name, { onlyNode: onlyNode ?? undefined }];
  });
  const whole = entries.filter((entry) => entry !== undefined);
  if (whole.length < entries.length) return undefined;
  return { node: node ?? undefined, objects, services: new Map(whole) };
}

/** What is kept of the objects, with the Node's under its own name. */
export interface ServedObjects<Services = Iterable<ServiceEntry>> {
  /** Each once; asked for when it is written. */
  readonly byService: Services;
  readonly node: Readonly<Record<string, unknown>> | undefined;
}

/** Keeps an input that was compiled in full. @throws the system's error */
export async function storeServed(
  directory: string,
  served: Served,
  objects: ServedObjects,
): Promise<void> {
  const id = randomBytes(8).toString('hex');
  // The objects first: an index without them would promise what cannot be put back.
  await writeState(directory, objectsFile, pack(id, objects), { sync: false });
  await writeIndex(directory, served, id);
  await removeState(directory, changesFile);
}

/**
 * Keeps an input of which only some Services were compiled.
 *
 * @param changed the objects of each Service that is not as before; an empty list for one that is gone
 * @throws the system's error
 */
export async function storeServedChanges(
  directory: string,
  served: Served,
  before: StoredServed,
  changed: ObjectsByService,
): Promise<void> {
  const earlier = await loadObjects(directory, changesFile, before.objects);
  const byService = new Map([...(earlier?.byService ?? []), ...changed]);
  const packed = pack(before.objects, { byService, node: undefined });
  await writeState(directory, changesFile, packed, { sync: false });
  await writeIndex(directory, served, before.objects);
}

/**
 * Keeps an input again and again, for whoever knows all that changed since the objects of all Services were
 * written: what was kept of changes before is not read, and never more than a few of these are in memory.
 *
 * @param changed as for {@link storeServedChanges}; each is asked for when it is written
 * @throws the system's error
 */
export async function storeAllServedChanges(
  directory: string,
  served: Served,
  before: StoredServed,
  changed: Iterable<ServiceEntry>,
): Promise<void> {
  const parts = pack(before.objects, { byService: changed, node: undefined });
  await writeState(directory, changesFile, parts, { sync: false });
  await writeIndex(directory, served, before.objects);
}

function writeIndex(directory: string, served: Served, objects: string): Promise<void> {
  const services = [...served.services].map(([name, { onlyNode }]) => [name, onlyNode ?? null]);
  const json = { format, node: served.node ?? null, objects, services };
  return writeState(directory, servedFile, `${JSON.stringify(json)}\n`, { sync: false });
}

/**
 * The kept objects as a List that reads like any other input.
 *
 * @param names the Services whose objects are wanted
 * @returns undefined when they are not all there
 */
export async function loadServedObjects(
  directory: string,
  { objects, node }: StoredServed,
  names: readonly string[],
): Promise<Uint8Array | undefined> {
  const all = await loadObjects(directory, objectsFile, objects);
  if (all === undefined) return undefined;
  const changes = await loadObjects(directory, changesFile, objects);
  const items: unknown[] = node === undefined ? [] : [all.node];
  for (const name of names) {
    const found = changes?.byService.get(name) ?? all.byService.get(name) ?? [];
    if (found.length === 0) return undefined;
    items.push(...found);
  }
  try {
    return Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  } catch {
    // Nested deeper than the stack goes.
    return undefined;
  }
}

/** So many Services are compressed at a time: all of them as text would take as much memory as a compilation. */
const atOnce = 200;

function pack(id: string, { byService, node }: ServedObjects): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  let text = `${JSON.stringify({ format, id, node }).slice(0, -1)},"services":[`;
  let count = 0;
  const flush = (): void => {
    parts.push(gzipSync(text, { level: 1 }));
    text = '';
  };
  for (const entry of byService) {
    text += `${count === 0 ? '' : ','}${JSON.stringify(entry)}`;
    count++;
    if (count % atOnce === 0) flush();
  }
  text += ']}';
  flush();
  return parts;
}

async function loadObjects(
  directory: string,
  name: string,
  id: string,
): Promise<ServedObjects<ObjectsByService> | undefined> {
  const bytes = await readStateBytes(directory, name, largestObjects);
  if (bytes === undefined) return undefined;
  try {
    const text = gunzipSync(bytes, { maxOutputLength: largestText }).toString();
    const json: unknown = JSON.parse(text);
    if (!isMapping(json) || json['format'] !== format || json['id'] !== id) return undefined;
    const { node, services } = json;
    if (!isListOf(services, isServiceEntry)) return undefined;
    return { byService: new Map(services), node: isMapping(node) ? node : undefined };
  } catch {
    return undefined;
  }
}

type ServedEntry = readonly Readonly<Record<string, unknown>>[];
type ServiceEntry = readonly [string, ServedEntry];

const isServiceEntry = (json: unknown): json is ServiceEntry =>
  Array.isArray(json) && isLine(json[0]) && isListOf(json[1], isMapping);

export const loadWaiting = (directory: string): Promise<Waiting | undefined> =>
  readState(directory, waitingFile, (json) => {
    if (!isMapping(json) || json['format'] !== format) return undefined;
    const { items, since, count } = json;
    return isListOf(items, isLine) && isTime(since) && isCount(count)
      ? { items, since, count }
      : undefined;
  });

/** @param waiting undefined: nothing waits. @throws the system's error */
export const storeWaiting = (directory: string, waiting: Waiting | undefined): Promise<void> =>
  waiting === undefined
    ? removeState(directory, waitingFile)
    : writeState(directory, waitingFile, `${JSON.stringify({ format, ...waiting })}\n`);
