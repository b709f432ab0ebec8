/**
 * Compiles what has changed since the last compilation: the Services whose objects changed, those tied to
 * them, and those that something is to be said of. All others contribute what they did.
 */
import { type CompileOutput, compile } from '../compile.ts';
import { type Diagnostic, hasErrors } from '../diagnostics/diagnostic.ts';
import type { Place } from '../diagnostics/place.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { buildModel } from '../model/model.ts';
import type { IpFamily } from '../net/family.ts';
import { servesNodePorts } from '../nftables/canonical/write.ts';
import type { CompileOptions } from '../options.ts';
import type { ServedBeside } from '../plan/checks/planned.ts';
import { nodeFacts } from '../plan/node-facts.ts';
import type { Input } from '../read/inputs.ts';
import { type Identified, identify } from './identify.ts';
import type { Item, Items } from './items.ts';
import type { KnownCompilation, KnownGroup, KnownNode, KnownObject } from './known.ts';
import { itemReader } from './read-item.ts';
import { factsOf, groupsOf, knownObject, otherNodes, partsOf } from './remember.ts';
import { tiedTo, tiesOf } from './ties.ts';

export type ChangesCompilation =
  | {
      readonly kind: 'changes';
      /** What was said; the same as a compilation of everything would have said. */
      readonly diagnostics: readonly Diagnostic[];
      /** The Services that were compiled; undefined after an error. */
      readonly changed: CompiledChanges | undefined;
    }
  /** Nothing is known that would help, because of this. */
  | { readonly kind: 'everything'; readonly because: string };

export interface CompiledChanges {
  /** Of all Services. */
  readonly known: KnownCompilation;
  /** Those that were compiled, and those that are gone, by `namespace/name`. */
  readonly services: ReadonlySet<string>;
  readonly objects: readonly SourceObject[];
  /** Of these Services alone, with all that a plan says of the node. */
  readonly output: CompileOutput;
}

export interface ChangesOptions {
  readonly options: CompileOptions;
  readonly optionPlaces: ReadonlyMap<keyof CompileOptions, Place>;
  /** Whether notes are asked for. */
  readonly withNotes: boolean;
}

/**
 * @param known with the same options
 * @param items those of `inputs`
 */
export function compileChanges(
  known: KnownCompilation,
  { items, frame }: Items,
  inputs: readonly Input[],
  { options, optionPlaces, withNotes }: ChangesOptions,
): ChangesCompilation {
  if (frame !== known.frame) return everything('the input has another form');
  const before = new Map<string, KnownObject>();
  for (const object of known.objects) before.set(object.hash, object);
  const hashes = new Set(items.map(({ hash }) => hash));
  if (hashes.size < items.length) return everything('an object is given twice');
  const arrived = items.filter(({ hash }) => !before.has(hash));
  const gone = known.objects.filter(({ hash }) => !hashes.has(hash));

  const reading = newReading(inputs, options, optionPlaces);
  if (!reading.read(arrived)) return everything('an object is written oddly');
  const unchanged = unchangedItems(items, before);
  const chosen = new Set([
    ...toldOf(known, withNotes),
    ...changedGroups(unchanged, [...reading.identified().values()], gone),
  ]);
  const byGroup = itemsByGroup(unchanged);
  const own = `Node ${options.nodeName ?? ''}`;
  if (byGroup.has(own)) chosen.add(own);
  if (!chooseTied(known, chosen, byGroup, reading)) return everything('an object is written oddly');

  const changedNodes = new Set([...chosen].filter((name) => name.startsWith('Node ')));
  const nodes = known.nodes.filter(({ name }) => !changedNodes.has(`Node ${name}`));
  const others = new Map([...known.groups].filter(([name]) => !chosen.has(name)));
  const { output, diagnostics } = compile(reading.objects(), options, {
    optionPlaces,
    beside: { nodes: nodes.map(asNode), families: servedBy(others) },
  });
  if (output === undefined || hasErrors(diagnostics))
    return { kind: 'changes', diagnostics, changed: undefined };
  if (factsOf(output) !== known.facts) return everything('something about the node changed');
  const identified = reading.identified();
  const objectOf = reading.objectOf();
  const next: KnownCompilation = {
    ...known,
    objects: items.map((item) => {
      const object = objectOf.get(item);
      return (
        before.get(item.hash) ??
        knownObject(item, object === undefined ? undefined : identified.get(object))
      );
    }),
    nodes: otherNodes(output),
    groups: new Map([
      ...others,
      ...groupsOf({ objects: reading.objects(), output, diagnostics }, identified),
    ]),
  };
  // A Node, and a slice of no Service, have names with a space.
  const services = new Set([...chosen].filter((name) => !name.includes(' ')));
  const changed = { known: next, services, objects: reading.objects(), output };
  return { kind: 'changes', diagnostics, changed };
}

const everything = (because: string): ChangesCompilation => ({ kind: 'everything', because });

/** An item of the input that was known before, and belongs to something. */
interface UnchangedItem {
  readonly item: Item;
  readonly object: KnownObject;
}

const unchangedItems = (
  items: readonly Item[],
  before: ReadonlyMap<string, KnownObject>,
): readonly UnchangedItem[] =>
  items.flatMap((item) => {
    const object = before.get(item.hash);
    return object === undefined || object.group === '' ? [] : [{ item, object }];
  });

/** The groups that something is said of every time. */
const toldOf = ({ groups }: KnownCompilation, withNotes: boolean): readonly string[] =>
  [...groups]
    .filter(([, { isWarned, isNoted }]) => isWarned || (withNotes && isNoted))
    .map(([name]) => name);

/**
 * The groups of what came and went, and of objects that are still there and came in another form too, perhaps
 * as part of another Service.
 */
function changedGroups(
  unchanged: readonly UnchangedItem[],
  arrived: readonly Identified[],
  gone: readonly KnownObject[],
): readonly string[] {
  const identities = new Set(arrived.map(({ identity }) => identity));
  const twice = unchanged.filter(({ object }) => identities.has(object.identity));
  return [...arrived, ...gone, ...twice.map(({ object }) => object)]
    .map(({ group }) => group)
    .filter((group) => group !== '');
}

function itemsByGroup(unchanged: readonly UnchangedItem[]): ReadonlyMap<string, readonly Item[]> {
  const byGroup = new Map<string, Item[]>();
  for (const { item, object } of unchanged) {
    const list = byGroup.get(object.group);
    if (list === undefined) byGroup.set(object.group, [item]);
    else list.push(item);
  }
  return byGroup;
}

/** Items that were read, and what they are. */
interface Reading {
  /** @returns false when something is to be said of how one is written */
  readonly read: (items: readonly Item[]) => boolean;
  readonly objects: () => readonly SourceObject[];
  readonly objectOf: () => ReadonlyMap<Item, SourceObject>;
  readonly cluster: () => Cluster;
  readonly nodeAddresses: () => ReadonlySet<string>;
  readonly identified: () => ReadonlyMap<SourceObject, Identified>;
}

function newReading(
  inputs: readonly Input[],
  options: CompileOptions,
  optionPlaces: ReadonlyMap<keyof CompileOptions, Place>,
): Reading {
  const readItem = itemReader(inputs);
  const objectOf = new Map<Item, SourceObject>();
  let model: ReturnType<typeof buildModel> | undefined;
  const built = () => {
    model ??= buildModel([...objectOf.values()], options, optionPlaces);
    return model;
  };
  return {
    read: (items) => {
      model = undefined;
      for (const item of items) {
        const found = readItem(item);
        if (found.kind === 'odd') return false;
        if (found.kind === 'object') objectOf.set(item, found.object);
      }
      return true;
    },
    objects: () => [...objectOf.values()],
    objectOf: () => objectOf,
    cluster: () => built().cluster,
    nodeAddresses: () => nodeFacts(built().cluster, built().settings).addresses,
    identified: () => identify([...objectOf.values()], built().cluster),
  };
}

/** Adds the groups that are tied to the chosen ones, and reads all that belongs to them. */
function chooseTied(
  known: KnownCompilation,
  chosen: Set<string>,
  byGroup: ReadonlyMap<string, readonly Item[]>,
  reading: Reading,
): boolean {
  let added: readonly string[] = [...chosen];
  while (added.length > 0) {
    if (!reading.read(added.flatMap((name) => byGroup.get(name) ?? []))) return false;
    const now = tiesNow(reading);
    const tied = tiedTo(
      known.groups,
      added.map((name) => [known.groups.get(name)?.ties, now.get(name)] as const),
    );
    added = tied.filter((name) => !chosen.has(name));
    for (const name of added) chosen.add(name);
  }
  return true;
}

/** The ties of what was read. */
function tiesNow(reading: Reading): ReadonlyMap<string, KnownGroup['ties']> {
  const nodeAddresses = reading.nodeAddresses();
  const parts = partsOf(reading.cluster(), reading.objects(), reading.identified());
  return new Map([...parts].map(([name, part]) => [name, tiesOf(part, nodeAddresses)]));
}

/** A Node that need not be read again: nothing points into it. */
const asNode = ({ name, addresses, podCIDRs }: KnownNode): Node => ({
  object: {
    source: { name: '', text: '' },
    extent: { format: 'json', start: 0, end: 0, path: [] },
    apiVersion: 'v1',
    kind: 'Node',
    value: {},
  },
  name,
  addresses,
  addressesAreWhole: true,
  podCIDRs,
  zone: undefined,
});

/** The families in which Services are served that are not compiled now. */
function servedBy(groups: ReadonlyMap<string, KnownGroup>): ServedBeside {
  const served = new Map<IpFamily, { readonly hasNodePorts: boolean }>();
  for (const { families } of groups.values())
    for (const [family, { fragment }] of families) {
      if (fragment === undefined) continue;
      const hasNodePorts = served.get(family)?.hasNodePorts === true || servesNodePorts(fragment);
      served.set(family, { hasNodePorts });
    }
  return served;
}
