import { hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  KnownCompilation,
  KnownFamily,
  KnownGroup,
  KnownNode,
  KnownObject,
} from '../incremental/known.ts';
import { parseAddress } from '../net/address.ts';
import { type IpFamily, ipFamilies } from '../net/family.ts';
import { areRules, isCheckedKey, isCheckedName } from '../nftables/canonical/canonical-check.ts';
import type { FragmentShare } from '../nftables/canonical/write.ts';
import type { FragmentRecord } from '../nftables/canonical/written.ts';
import { isPack, keepFragments, loadFragments, prunePacks } from './fragment-store.ts';
import { lineFeed } from './packed-text.ts';
import { packsOfRevisions } from './revision-store.ts';
import {
  listState,
  readStateBytes,
  readStateHead,
  removeAbandoned,
  removeState,
  writeState,
} from './state-file.ts';
import { isCount, isLine, isListOf, isRecord } from './state-shape.ts';
import { isFlowService } from './stored-flow-services.ts';

/*
 * What a compilation leaves behind for the next one: a line about the file, then a line of JSON. The
 * fragments are in the packs that revisions have, too.
 */

/** Changes with the shape of the files; others are ignored. */
const format = 3;

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
    const json: unknown = JSON.parse(body.toString());
    return await compilationIn(directory, json, head.packs, options);
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
  if (!isRecord(json) || json['format'] !== format) return undefined;
  const { text, packs } = json;
  return typeof text === 'string' && isListOf(packs, isPack) ? { text, packs } : undefined;
}

async function compilationIn(
  directory: string,
  json: unknown,
  packs: readonly string[],
  options: string,
): Promise<KnownCompilation | undefined> {
  if (!isRecord(json) || json['options'] !== options) return undefined;
  const { frame, facts, objects, nodes, chains, places, groups } = json;
  const isWhole =
    typeof frame === 'string' &&
    typeof facts === 'string' &&
    isListOf(objects, isLine) &&
    objects.length % 3 === 0 &&
    isListOf(nodes, isNode) &&
    isChains(chains) &&
    typeof places === 'string' &&
    isListOf(groups, isGroup);
  if (!isWhole) return undefined;
  const records = await loadFragments(directory, { packs, places });
  if (records === undefined) return undefined;
  return {
    options,
    frame,
    facts,
    objects: objectsIn(objects),
    nodes,
    groups: new Map(
      groups.map(([name, group]) => [name, groupIn(group, { records, chains })] as const),
    ),
  };
}

function objectsIn(flat: readonly string[]): readonly KnownObject[] {
  const objects: KnownObject[] = [];
  for (let i = 0; i < flat.length; i += 3) {
    const [digest = '', identity = '', group = ''] = flat.slice(i, i + 3);
    objects.push({ hash: digest, identity, group });
  }
  return objects;
}

/** A group as it is written. */
interface GroupText {
  readonly claims: readonly string[];
  readonly owns: readonly string[];
  /** With spaces between them: there are many. */
  readonly uses: string;
  readonly warned?: true;
  readonly noted?: true;
  readonly flows?: KnownGroup['flowServices'];
  readonly families: readonly FamilyText[];
}

interface FamilyText {
  readonly family: IpFamily;
  readonly clusterIP?: string | undefined;
  readonly others?: readonly string[];
  /** The index of its fragment, and the rest of what is shared. */
  readonly fragment?: number;
  readonly used?: readonly string[];
  readonly chains?: readonly string[];
  readonly hairpins?: readonly string[];
}

type Chains = Readonly<Record<IpFamily, FragmentShare['chains']>>;

interface Parts {
  readonly records: readonly FragmentRecord[];
  readonly chains: Chains;
}

function groupIn(text: GroupText, parts: Parts): KnownGroup {
  const { claims, owns, uses, families } = text;
  return {
    ties: { claims, owns, uses: uses === '' ? [] : uses.split(' ') },
    isWarned: text.warned === true,
    isNoted: text.noted === true,
    flowServices: text.flows ?? [],
    families: new Map(families.map((family) => [family.family, familyIn(family, parts)])),
  };
}

function familyIn(text: FamilyText, { records, chains }: Parts): KnownFamily {
  const { family, clusterIP, others, fragment, used, hairpins } = text;
  const record = fragment === undefined ? undefined : records[fragment];
  const share: Record<string, readonly string[]> = {};
  for (const name of text.chains ?? []) share[name] = chains[family][name] ?? [];
  return {
    fragment:
      record === undefined
        ? undefined
        : { record, share: { used: used ?? [], chains: share, hairpins: hairpins ?? [] } },
    clusterIP,
    otherProxyClusterIPs: others ?? [],
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
  const familyText = (
    family: IpFamily,
    { fragment, clusterIP, otherProxyClusterIPs: others }: KnownFamily,
  ): FamilyText => {
    const own = { family, clusterIP, ...(others.length > 0 && { others }) };
    if (fragment === undefined) return own;
    const { used, hairpins } = fragment.share;
    Object.assign(chains[family], fragment.share.chains);
    const index = records.push(fragment.record) - 1;
    const names = Object.keys(fragment.share.chains);
    return { ...own, fragment: index, used, chains: names, hairpins };
  };
  const groupText = ({
    ties,
    isWarned,
    isNoted,
    flowServices,
    families,
  }: KnownGroup): GroupText => ({
    claims: ties.claims,
    owns: ties.owns,
    uses: ties.uses.join(' '),
    ...(isWarned && { warned: true }),
    ...(isNoted && { noted: true }),
    ...(flowServices.length > 0 && { flows: flowServices }),
    families: Array.from(families, ([family, part]) => familyText(family, part)),
  });
  const texts = Array.from(groups, ([name, group]) => [name, groupText(group)] as const);
  const { packs, places } = await keepFragments(directory, records);
  const body = Buffer.from(
    JSON.stringify({
      ...{ options, frame, facts, nodes, chains, places },
      objects: objects.flatMap((object) => [object.hash, object.identity, object.group]),
      groups: texts,
    }),
  );
  const head = Buffer.from(`${JSON.stringify({ format, text: hash('sha256', body), packs })}\n`);
  if (body.length + head.length > largest) return removeState(directory, fileName(options));
  await writeState(directory, fileName(options), [head, body], { sync: false });
  await pruneCompilations(directory);
}

const isNode = (json: unknown): json is KnownNode =>
  isRecord(json) &&
  isLine(json['name']) &&
  isListOf(json['addresses'], isLine) &&
  isListOf(json['podCIDRs'], isLine);

const isChains = (json: unknown): json is Chains =>
  isRecord(json) &&
  ipFamilies.every((family) => {
    const chains = json[family];
    return (
      isRecord(chains) &&
      Object.entries(chains).every(([name, rules]) => isCheckedName(name) && areRules(rules))
    );
  });

function isGroup(json: unknown): json is readonly [string, GroupText] {
  if (!Array.isArray(json)) return false;
  const [name, group]: readonly unknown[] = json;
  if (!isLine(name) || !isRecord(group)) return false;
  const { claims, owns, uses, flows, families } = group;
  return (
    isListOf(claims, isLine) &&
    isListOf(owns, isLine) &&
    isLine(uses) &&
    (flows === undefined || isListOf(flows, isFlowService)) &&
    isListOf(families, isFamily)
  );
}

function isFamily(json: unknown): json is FamilyText {
  if (!isRecord(json)) return false;
  const { family, clusterIP, others, fragment, used, chains, hairpins } = json;
  const isOptional = <T>(value: unknown, isItem: (item: unknown) => item is T): boolean =>
    value === undefined || isListOf(value, isItem);
  return (
    (family === 'IPv4' || family === 'IPv6') &&
    (clusterIP === undefined || isAddress(clusterIP)) &&
    isOptional(others, isAddress) &&
    (fragment === undefined || isCount(fragment)) &&
    isOptional(used, isCheckedName) &&
    isOptional(chains, isCheckedName) &&
    isOptional(hairpins, isCheckedKey)
  );
}

const isAddress = (json: unknown): json is string =>
  typeof json === 'string' && parseAddress(json)?.text === json;

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
