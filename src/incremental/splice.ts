import { compareBytes } from '../plan/order.ts';
import { collections } from '../ruleset/nftables/names.ts';
import { type Edit, giveUp } from './edit.ts';
import {
  type Block,
  closing,
  elementLines,
  groupsIn,
  lastLine,
  layoutOf,
  opening,
  type TableLayout,
} from './layout.ts';
import { chainEdits } from './splice-chains.ts';

/** Some Services of a ruleset that have changed. */
export interface Change {
  /** `namespace/name` of each. */
  readonly services: ReadonlySet<string>;
  /** Cluster IPs that they had. */
  readonly oldClusterIPs: ReadonlySet<string>;
  /** The ruleset's text of what they are now, and of no other Service. */
  readonly text: string;
}

/**
 * The text of a ruleset in which some Services have changed, as a full compilation would print it.
 * What a Service has in a ruleset stands under its name, so that its lines can be exchanged; besides
 * there are the set of all cluster IPs, and the chains that Services share.
 *
 * @param old as `renderNft` printed it, for the same options and node
 * @throws {CannotSplice} where the text does not show what a full compilation would print
 */
export function splice(old: string, change: Change): string {
  const now = layoutOf(change.text);
  const edits = layoutOf(old).flatMap((table, index) => {
    const next = now[index];
    if (next?.heading !== table.heading) giveUp('other IP families');
    return tableEdits({ text: old, table }, { text: change.text, table: next }, change);
  });
  return applyEdits(old, edits);
}

/** A table and the text that it stands in. */
export interface Placed {
  readonly text: string;
  readonly table: TableLayout;
}

/** What becomes of one collection's elements. */
export interface Exchange {
  readonly collection: Block;
  readonly edits: readonly Edit[];
  /** The elements' lines, without indentation, comma and comments. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

function tableEdits(old: Placed, now: Placed, change: Change): readonly Edit[] {
  refuseAffinity(old.table, now.table, change.services);
  const exchanges = old.table.collections
    .filter(isShared)
    .map((collection) => exchangeElements(old, collection, now, change));
  refuseNewCollections(old.table, now.table);
  refuseTaken(old.text, exchanges);
  return [...exchanges.flatMap(({ edits }) => edits), ...chainEdits(old, now, exchanges)];
}

/** Sets, maps and chains of one ServicePort alone have its name in theirs. */
const isShared = ({ name }: Block): boolean => !name.includes('/');

function refuseAffinity(old: TableLayout, now: TableLayout, services: ReadonlySet<string>): void {
  const own = [...old.collections, ...old.chains].filter((block) => !isShared(block));
  const isChanged = ({ name }: Block): boolean => {
    const [, namespace, service] = name.split('/');
    return services.has(`${namespace}/${service}`);
  };
  const isNew = [...now.collections, ...now.chains].some((block) => !isShared(block));
  if (isNew || own.some(isChanged)) giveUp('a Service with session affinity changed');
}

/** Sets that the node and the options decide, not the Services. */
const nodeSets: ReadonlySet<string> = new Set([
  collections.otherProxyClusterIPs,
  collections.serviceCIDRs,
  collections.nodePortAddresses,
]);

function exchangeElements(
  old: Placed,
  collection: Block,
  now: Placed,
  { services, oldClusterIPs }: Change,
): Exchange {
  const next = now.table.collections.find(({ name }) => name === collection.name);
  if (nodeSets.has(collection.name)) {
    if (next === undefined || textOf(old, collection) !== textOf(now, next))
      giveUp('something about the node changed');
    return { collection, edits: [], removed: [], added: [] };
  }
  return collection.name === collections.clusterIPs
    ? exchangeClusterIPs(old, collection, now, next, oldClusterIPs)
    : exchangeGroups(old, collection, now, next, services);
}

const textOf = ({ text }: Placed, { start, end }: Block): string => text.slice(start, end);

/** The one set whose elements do not say whose they are; it is sorted. */
function exchangeClusterIPs(
  old: Placed,
  collection: Block,
  now: Placed,
  next: Block | undefined,
  oldClusterIPs: ReadonlySet<string>,
): Exchange {
  const before = elementLines(old.text, collection.elements);
  const added = elementLines(now.text, next?.elements);
  const removed = before.filter((address) => oldClusterIPs.has(address));
  const isSame = removed.length === added.length && removed.every((each) => added.includes(each));
  if (isSame) return { collection, edits: [], removed, added };
  const kept = before.filter((address) => !oldClusterIPs.has(address));
  const lines = [...kept, ...added].sort(compareBytes).map((address) => `\t\t\t${address},\n`);
  return { collection, edits: replaceElements(collection, lines.join('')), removed, added };
}

function exchangeGroups(
  old: Placed,
  collection: Block,
  now: Placed,
  next: Block | undefined,
  services: ReadonlySet<string>,
): Exchange {
  const groups = groupsIn(old.text, collection.elements);
  const gone = groups.filter(({ service }) => services.has(service));
  const arrived = groupsIn(now.text, next?.elements);
  const removed = gone.flatMap((group) => elementLines(old.text, group));
  const added = arrived.flatMap((group) => elementLines(now.text, group));
  const exchange = { collection, removed, added };
  const texts = arrived.map(({ start, end }) => now.text.slice(start, end));
  if (collection.elements === undefined || gone.length === groups.length) {
    if (texts.length === 0 && gone.length > 0 && next === undefined)
      giveUp(`nothing is left in ${collection.name}`);
    return { ...exchange, edits: replaceElements(collection, texts.join('')) };
  }
  const { end } = collection.elements;
  let place = 0;
  const insertions = arrived.map(({ service }, index) => {
    while (compareServices(groups[place]?.service ?? service, service) < 0) place++;
    const start = groups[place]?.start ?? end;
    return { start, end: start, text: texts[index] ?? '' };
  });
  return { ...exchange, edits: [...insertions, ...gone.map((group) => ({ ...group, text: '' }))] };
}

/** By namespace, then name, as the plan sorts Services. */
function compareServices(a: string, b: string): number {
  const [namespaceA = '', nameA = ''] = a.split('/');
  const [namespaceB = '', nameB = ''] = b.split('/');
  return compareBytes(namespaceA, namespaceB) || compareBytes(nameA, nameB);
}

/** Exchanges all elements of a collection; a collection without any has no `elements`. */
function replaceElements({ elements, end }: Block, lines: string): readonly Edit[] {
  const text = lines === '' ? '' : opening + lines + closing;
  if (elements === undefined) {
    const place = end - lastLine.length;
    return lines === '' ? [] : [{ start: place, end: place, text }];
  }
  return [{ start: elements.start - opening.length, end: elements.end + closing.length, text }];
}

/** Some collections are there only when they have elements; their place is for the compiler to say. */
function refuseNewCollections(old: TableLayout, now: TableLayout): void {
  const known = new Set(old.collections.map(({ name }) => name));
  for (const { name } of now.collections)
    if (!known.has(name)) giveUp(`nothing was in ${name} before`);
}

/** Collections of which only one may have a key. */
const claimed: readonly (readonly string[])[] = [
  [collections.services, collections.refusedServices],
  [collections.nodePorts, collections.refusedNodePorts],
  [collections.hairpin],
];

/** A full compilation decides between two Services that claim the same, and may warn. */
function refuseTaken(old: string, exchanges: readonly Exchange[]): void {
  for (const names of claimed) {
    const together = exchanges.filter(({ collection }) => names.includes(collection.name));
    const before = new Set(together.flatMap(({ removed }) => removed.map(keyOf)));
    const keys = new Set(
      together.flatMap(({ added }) => added.map(keyOf)).filter((key) => !before.has(key)),
    );
    const hasTaken = ({ collection }: Exchange): boolean => hasKey(old, collection, keys);
    if (keys.size > 0 && together.some(hasTaken)) giveUp('two Services claim the same');
  }
}

/** For so many keys, looking for each in the text is quicker than taking the text apart. */
const fewKeys = 16;

function hasKey(old: string, { elements }: Block, keys: ReadonlySet<string>): boolean {
  if (elements === undefined) return false;
  if (keys.size > fewKeys) return elementLines(old, elements).some((line) => keys.has(keyOf(line)));
  // With the line break before the first line.
  const text = old.slice(elements.start - 1, elements.end);
  return [...keys].some(
    (key) => text.includes(`\n\t\t\t${key},`) || text.includes(`\n\t\t\t${key} comment `),
  );
}

/** What comes before an element's comment; a member of the hairpin set has none. */
const keyOf = (line: string): string => line.split(' comment ', 1)[0] ?? line;

function applyEdits(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let pos = 0;
  // An insertion goes before what is removed at the same place.
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push(text.slice(pos, edit.start), edit.text);
    pos = edit.end;
  }
  parts.push(text.slice(pos));
  return parts.join('');
}
