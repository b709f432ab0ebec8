import { hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMapping } from '../../diagnostics/mapping.ts';
import { lineFeed } from '../../host/state/packed-text.ts';
import {
  listState,
  readStateBytes,
  readStateHead,
  removeAbandoned,
  removeState,
  writeState,
} from '../../host/state/state-file.ts';
import { isCount, isLine, isListOf } from '../../host/state/state-shape.ts';
import { type IpFamily, ipFamilies } from '../../net/family.ts';
import type { KnownCompilation, KnownNode } from '../../recompile/known.ts';
import { inOrder } from '../../recompile/written-known.ts';
import { areRules, isCheckedName } from '../canonical/canonical-check.ts';
import type { FragmentRecord } from '../canonical/written.ts';
import { type Chains, groupLine, groupReader, objectIn, objectLine } from './compilation-lines.ts';
import { isPack, keepFragments, loadFragments, prunePacks } from './fragment-store.ts';
import { packsOfRevisions } from './revision-store.ts';

/*
 * What a compilation leaves behind for the next one: a line about the file, a line of JSON, the places of
 * the fragments, then a line an object and a line a group. The fragments are in the packs that revisions
 * have, too.
 */

/** Changes with the shape of the files; others are ignored. */
const format = 4;

/** Compilations kept, with so many different options, e.g. for several nodes. */
const keptCompilations = 4;

/** 100,000 Services with ten endpoints each have half of it. */
const largest = 256 * 1024 * 1024;

const fileName = (options: string): string => `compiled-${options.slice(0, 16)}.json`;
const filePattern = /^compiled-[0-9a-f]{16}\.json$/;

/**
 * What a compilation left behind, from the state directory.
 *
 * @param options the hash of the options; see {@link KnownCompilation}
 * @returns undefined when there is none, or none that is whole
 */
export async function loadCompilation(
  directory: string,
  options: string,
): Promise<KnownCompilation | undefined> {
  try {
    const bytes = await readStateBytes(directory, fileName(options), largest);
    if (bytes === undefined) return undefined;
    const start = bytes.indexOf(lineFeed) + 1;
    const head = headIn(JSON.parse(bytes.toString('utf8', 0, start)));
    const body = bytes.subarray(start);
    if (head === undefined || hash('sha256', body) !== head.text) return undefined;
    return await compilationIn(directory, body.toString().split('\n'), head.packs, options);
  } catch {
    return undefined;
  }
}

interface Head {
  /** SHA-256 of the rest. */
  readonly text: string;
  readonly packs: readonly string[];
}

function headIn(json: unknown): Head | undefined {
  if (!isMapping(json) || json['format'] !== format) return undefined;
  const { text, packs } = json;
  return typeof text === 'string' && isListOf(packs, isPack) ? { text, packs } : undefined;
}

async function compilationIn(
  directory: string,
  [about = '', places = '', ...lines]: readonly string[],
  packs: readonly string[],
  options: string,
): Promise<KnownCompilation | undefined> {
  const json: unknown = JSON.parse(about);
  if (!isMapping(json) || json['options'] !== options) return undefined;
  const { frame, facts, nodes, chains, objects } = json;
  const isWhole =
    typeof frame === 'string' &&
    typeof facts === 'string' &&
    isListOf(nodes, isNode) &&
    isChains(chains) &&
    isCount(objects);
  if (!isWhole) return undefined;
  const records = await loadFragments(directory, { packs, places });
  if (records === undefined) return undefined;
  let used = 0;
  const readGroup = groupReader({ chains, nextRecord: () => records[used++] });
  return {
    ...{ options, frame, facts, nodes },
    objects: lines.slice(0, objects).map(objectIn),
    groups: new Map(lines.slice(objects).map(readGroup)),
  };
}

/**
 * Writes it, for the next compilation with the same options. The file is not synced to the disk: it
 * carries a digest, and a broken one only costs time.
 *
 * @throws the system's error when the directory cannot be written
 */
export async function storeCompilation(
  directory: string,
  { options, frame, facts, objects, nodes, groups }: KnownCompilation,
): Promise<void> {
  const records: FragmentRecord[] = [];
  const chains: Record<IpFamily, Record<string, readonly string[]>> = { IPv4: {}, IPv6: {} };
  const ordered = inOrder(groups);
  for (const [, { families }] of ordered)
    for (const [family, { fragment }] of families) {
      if (fragment === undefined) continue;
      records.push(fragment.record);
      Object.assign(chains[family], fragment.share.chains);
    }
  const { packs, places } = await keepFragments(directory, records);
  const about = { options, frame, facts, nodes, chains, objects: objects.length };
  const lines = [
    ...[JSON.stringify(about), places],
    ...objects.map(objectLine),
    ...ordered.map(([name, group]) => groupLine(name, group)),
  ];
  const body = Buffer.from(lines.join('\n'));
  const head = Buffer.from(`${JSON.stringify({ format, text: hash('sha256', body), packs })}\n`);
  if (body.length + head.length > largest) return removeState(directory, fileName(options));
  await writeState(directory, fileName(options), [head, body], { sync: false });
  await pruneCompilations(directory);
}

const isNode = (json: unknown): json is KnownNode =>
  isMapping(json) &&
  isLine(json['name']) &&
  isListOf(json['addresses'], isLine) &&
  isListOf(json['podCIDRs'], isLine);

const isChains = (json: unknown): json is Chains =>
  isMapping(json) &&
  ipFamilies.every((family) => {
    const chains = json[family];
    return (
      isMapping(chains) &&
      Object.entries(chains).every(([name, rules]) => isCheckedName(name) && areRules(rules))
    );
  });

/**
 * Removes all compilations but the newest, files of older formats, packs that nothing needs any more, and
 * what a killed process left half-written. Revisions share the packs, so that it is for those who drop
 * revisions too.
 */
export async function pruneCompilations(directory: string): Promise<void> {
  const times = new Map<string, number>();
  for (const name of await listState(directory)) {
    if (!name.startsWith('compiled-')) continue;
    if (filePattern.test(name))
      times.set(name, (await stat(join(directory, name)).catch(() => undefined))?.mtimeMs ?? 0);
    else await removeState(directory, name);
  }
  const newestFirst = [...times].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const listed = [...(await packsOfRevisions(directory))];
  for (const [place, name] of newestFirst.entries())
    if (place < keptCompilations) listed.push(...(await packsOf(directory, name)));
    else await removeState(directory, name);
  await prunePacks(directory, new Set(listed), Date.now());
  await removeAbandoned(directory, Date.now());
}

/** Longer than the first line of any file. */
const headSize = 1024;

async function packsOf(directory: string, name: string): Promise<readonly string[]> {
  const beginning = await readStateHead(directory, name, headSize);
  if (beginning === undefined) return [];
  try {
    const end = beginning.indexOf(lineFeed);
    return headIn(JSON.parse(beginning.toString('utf8', 0, end)))?.packs ?? [];
  } catch {
    return [];
  }
}
