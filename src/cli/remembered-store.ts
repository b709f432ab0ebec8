import { hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Remembered, RememberedItem } from '../incremental/remembered.ts';
import {
  largestPacked,
  lineFeed,
  packChanges,
  packWhole,
  unpackChanges,
  unpackHead,
  unpackWhole,
} from '../live/packed-text.ts';
import {
  listState,
  readStateBytes,
  removeAbandoned,
  removeState,
  writeState,
} from '../live/state-file.ts';
import { isLine, isListOf, isRecord } from '../live/state-shape.ts';
import { flowServicesIn } from '../live/stored-flow-services.ts';

/*
 * Two files for each kind of compilation: `compiled-OPTIONS.gz` is one of them whole, a line about its
 * objects and the ruleset's text; `compiled-OPTIONS.changes.gz` is what the last one changed in it.
 */

/** Changes with the shape of the files; others are ignored. */
const format = 2;

/** Compilations kept, with so many different options, e.g. for several nodes. */
const keptCompilations = 4;

/** Larger ones are not kept: 20,000 Services with ten endpoints each take 40 MB before packing. */
const largestText = 256 * 1024 * 1024;

const wholeName = (options: string): string => `compiled-${options.slice(0, 16)}.gz`;
const changesName = (options: string): string => `compiled-${options.slice(0, 16)}.changes.gz`;

/**
 * What a compilation left behind, from the state directory.
 *
 * @param options the hash of the options; see {@link Remembered}
 * @returns undefined when there is none, or none that is whole
 */
export async function loadRemembered(
  directory: string,
  options: string,
): Promise<Remembered | undefined> {
  try {
    const whole = await readStateBytes(directory, wholeName(options), largestPacked);
    if (whole === undefined) return undefined;
    const origin = unpackWhole(whole);
    const changes = await readStateBytes(directory, changesName(options), largestPacked);
    const text = changes === undefined ? undefined : changed(changes, origin);
    const isChanged = text !== undefined && changes !== undefined && isText(changes, text);
    if (!isChanged && !isText(whole, origin)) return undefined;
    return rememberedIn(isChanged ? text : origin, options, origin);
  } catch {
    return undefined;
  }
}

/** The file of changes may be cut off, or about a text that is no longer there. */
function changed(changes: Buffer, origin: Buffer): Buffer | undefined {
  try {
    return unpackChanges(changes, origin);
  } catch {
    return undefined;
  }
}

/** Whether a text is the one that its file speaks of. */
function isText(packed: Buffer, text: Buffer): boolean {
  const head = unpackHead(packed.subarray(0, 1024));
  return isRecord(head) && head['format'] === format && head['text'] === hash('sha256', text);
}

function rememberedIn(bytes: Buffer, options: string, origin: Buffer): Remembered | undefined {
  const start = bytes.indexOf(lineFeed) + 1;
  const json: unknown = JSON.parse(bytes.toString('utf8', 0, start));
  if (!isRecord(json) || json['options'] !== options) return undefined;
  const { frame, facts, items, entangled } = json;
  const flowServices = flowServicesIn(json['flowServices']);
  const isWhole =
    typeof frame === 'string' &&
    typeof facts === 'string' &&
    isListOf(items, isItem) &&
    isListOf(entangled, isLine) &&
    flowServices !== undefined;
  // A ruleset is ASCII, and so is quicker to read.
  const text = bytes.toString('latin1', start);
  return isWhole
    ? { options, frame, facts, items, entangled, flowServices, text, origin }
    : undefined;
}

function isItem(json: unknown): json is RememberedItem {
  if (!isRecord(json)) return false;
  const { hash: digest, identity, service, claims } = json;
  return (
    isLine(digest) &&
    (identity === undefined || isLine(identity)) &&
    (service === undefined || isLine(service)) &&
    isListOf(claims, isLine)
  );
}

/**
 * Writes it, for the next compilation with the same options. The file is not synced to the disk: it
 * carries a digest, and a broken one only costs time.
 *
 * @throws the system's error when the directory cannot be written
 */
export async function storeRemembered(
  directory: string,
  { text, origin, ...known }: Remembered,
): Promise<void> {
  const { options } = known;
  const line = `${JSON.stringify(known)}\n`;
  const start = Buffer.byteLength(line);
  const body = Buffer.allocUnsafe(start + text.length);
  body.write(line);
  body.write(text, start, 'latin1');
  if (body.length > largestText) {
    await removeState(directory, changesName(options));
    return removeState(directory, wholeName(options));
  }
  const head = { format, text: hash('sha256', body) };
  const changes =
    origin === undefined
      ? undefined
      : packChanges(head, Buffer.from(origin.buffer, origin.byteOffset, origin.byteLength), body);
  if (changes !== undefined) {
    await writeState(directory, changesName(options), changes, { sync: false });
  } else {
    await writeState(directory, wholeName(options), packWhole(head, body), { sync: false });
    await removeState(directory, changesName(options));
  }
  await prune(directory);
}

/** Removes all but the newest, files of older formats, and what a killed process left half-written. */
async function prune(directory: string): Promise<void> {
  const times = new Map<string, number>();
  for (const name of await listState(directory)) {
    if (!name.startsWith('compiled-')) continue;
    const [, stem] = /^(compiled-[0-9a-f]{16})(?:\.changes)?\.gz$/.exec(name) ?? [];
    if (stem === undefined) {
      await removeState(directory, name);
      continue;
    }
    const time = (await stat(join(directory, name)).catch(() => undefined))?.mtimeMs ?? 0;
    times.set(stem, Math.max(time, times.get(stem) ?? 0));
  }
  const newestFirst = [...times].sort((a, b) => b[1] - a[1]);
  for (const [stem] of newestFirst.slice(keptCompilations))
    for (const ending of ['.changes.gz', '.gz']) await removeState(directory, stem + ending);
  await removeAbandoned(directory, Date.now());
}
