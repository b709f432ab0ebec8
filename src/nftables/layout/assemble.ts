import { type Cidr, formatNetwork } from '../../net/cidr.ts';
import type { L4Proto } from '../../net/family.ts';
import { naturalCompare } from '../../net/natural-compare.ts';
import type { FamilyPlan } from '../../plan/plan.ts';
import type {
  Chain,
  Collection,
  DataMap,
  NftSet,
  Selector,
  SetElement,
  Table,
  VerdictMap,
} from '../ast.ts';
import {
  collections,
  type Entrance,
  endpointMapName,
  type List,
  stickyMapName,
  tableName,
} from '../names.ts';
import { addKey, newSeenKeys } from '../seen-keys.ts';
import { elementsOf, type Fragment } from './fragment.ts';
import { endpointKey } from './pick.ts';
import { programChains, unusedChains } from './program.ts';
import { dports, hairpinKey, indexType, nodePortKey, servicesKey } from './selectors.ts';

/** What a table has besides the elements of Services: a pure function of the family's settings and this. */
export interface TableNeeds {
  /** Names of the endpoint maps and sticky maps that have elements. */
  readonly used: ReadonlySet<string>;
  /** In the order of the Services. */
  readonly ownSets: readonly NftSet[];
  readonly ownMaps: readonly DataMap[];
  readonly ownChains: readonly Chain[];
  /** In any order. */
  readonly sharedChains: Iterable<Chain>;
}

/**
 * Lays a family out as `table ip natc` or `table ip6 natc`: the constant program, what the Services share,
 * and what each of them contributes.
 *
 * @param fragments of all Services, in the plan's order
 */
export function assembleTable(family: FamilyPlan, fragments: readonly Fragment[]): Table {
  const verdicts = merged(fragments.map((each) => each.verdicts));
  const members = merged(fragments.map((each) => each.members));
  const data = merged(fragments.map((each) => each.data));
  const frame = tableFrame(family, {
    used: new Set([...verdicts.keys(), ...data.keys()]),
    ownSets: fragments.flatMap(({ ownSets }) => ownSets),
    ownMaps: fragments.flatMap(({ ownMaps }) => ownMaps),
    ownChains: fragments.flatMap(({ ownChains }) => [...ownChains.values()]),
    sharedChains: new Map(fragments.flatMap(({ sharedChains }) => [...sharedChains])).values(),
  });
  const hairpins = members.get(collections.hairpin);
  if (hairpins !== undefined) members.set(collections.hairpin, withoutRepetition(hairpins));
  const filled = (collection: Collection): Collection => {
    const { name } = collection;
    if (collection.kind === 'set')
      return { ...collection, elements: members.get(name) ?? collection.elements };
    return collection.kind === 'verdict-map'
      ? { ...collection, elements: verdicts.get(name) ?? [] }
      : { ...collection, elements: data.get(name) ?? [] };
  };
  return { ...frame, collections: frame.collections.map(filled) };
}

/** The elements of all fragments, by collection. */
function merged<T>(parts: readonly ReadonlyMap<string, readonly T[]>[]): Map<string, T[]> {
  const all = new Map<string, T[]>();
  for (const part of parts) {
    for (const [name, elements] of part) {
      const list = elementsOf(all, name);
      for (const element of elements) list.push(element);
    }
  }
  return all;
}

/** An endpoint of several Services stands under the first of them. */
function withoutRepetition(elements: readonly SetElement[]): SetElement[] {
  const seen = newSeenKeys();
  return elements.filter(({ key }) => addKey(seen, key));
}

/** A table without the elements of Services. */
export function tableFrame(family: FamilyPlan, needs: TableNeeds): Table {
  const stickyMaps = usedStickyMaps(needs.used);
  const head = {
    family: family.family === 'IPv4' ? 'ip' : 'ip6',
    name: tableName,
    comment: 'Kubernetes Services, compiled by natc',
  } as const;
  if (isUnused(family, needs)) return { ...head, collections: [], chains: unusedChains(family) };
  return {
    ...head,
    collections: [
      ...frontendMaps,
      ...endpointMaps(needs.used),
      ...addressSets(family),
      ...sourceRangeSets,
      setOf(collections.hairpin, hairpinKey, [], {
        comment: 'endpoints that may reach themselves',
      }),
      ...stickyMaps.map(({ entrance, protocol }) =>
        verdictMap(
          stickyMapName(entrance, protocol),
          entrance === 'service' ? ['daddr', dports[protocol]] : [dports[protocol]],
          'connections whose client is remembered, by original destination',
        ),
      ),
      ...needs.ownSets,
      ...needs.ownMaps,
    ],
    chains: [
      ...[...needs.sharedChains].sort((a, b) => naturalCompare(a.name, b.name)),
      ...needs.ownChains,
      ...programChains(family, stickyMaps),
    ],
  };
}

/** Whether the sets and maps of a family would all be empty but for the node's own addresses. */
const isUnused = (family: FamilyPlan, { used }: TableNeeds): boolean =>
  used.size +
    family.clusterIPs.length +
    family.otherProxyClusterIPs.length +
    family.serviceCIDRs.length ===
  0;

const verdictMap = (name: string, key: readonly Selector[], comment: string): VerdictMap => ({
  kind: 'verdict-map',
  name,
  comment,
  key,
  elements: [],
});

const setOf = (
  name: string,
  key: readonly Selector[],
  elements: readonly SetElement[],
  { interval = false, comment }: { readonly interval?: boolean; readonly comment?: string } = {},
): NftSet => ({
  kind: 'set',
  name,
  ...(comment === undefined ? {} : { comment }),
  key,
  interval,
  elements,
});

const frontendMaps: readonly Collection[] = [
  verdictMap(collections.services, servicesKey, 'addresses that are served'),
  verdictMap(collections.nodePorts, nodePortKey, 'node ports that are served'),
  verdictMap(collections.refusedServices, servicesKey, 'addresses without a usable endpoint'),
  verdictMap(collections.refusedNodePorts, nodePortKey, 'node ports without a usable endpoint'),
];

/** The order to read endpoint maps and sticky maps in: by entrance, then list, then protocol. */
const entrances: readonly Entrance[] = ['service', 'node-port'];
const lists: readonly List[] = ['cluster', 'local'];
const l4protos: readonly L4Proto[] = ['tcp', 'udp', 'sctp'];

const endpointMaps = (used: ReadonlySet<string>): readonly DataMap[] =>
  lists.flatMap((list) =>
    entrances.flatMap((entrance) =>
      l4protos.flatMap((protocol) => {
        const name = endpointMapName(entrance, list, protocol);
        if (!used.has(name)) return [];
        const key = endpointKey(entrance, protocol, indexType);
        return [{ kind: 'data-map', name, key, value: ['daddr', dports[protocol]], elements: [] }];
      }),
    ),
  );

function addressSets(family: FamilyPlan): readonly NftSet[] {
  const addresses = (list: readonly string[]): readonly SetElement[] =>
    list.map((address) => ({ key: [address] }));
  const networks = (list: readonly Cidr[]): readonly SetElement[] =>
    list.map((cidr) => ({ key: [formatNetwork(cidr)] }));
  return [
    setOf(collections.clusterIPs, ['daddr'], addresses(family.clusterIPs)),
    setOf(collections.otherProxyClusterIPs, ['daddr'], addresses(family.otherProxyClusterIPs)),
    setOf(collections.serviceCIDRs, ['daddr'], networks(family.serviceCIDRs), { interval: true }),
    setOf(collections.nodePortAddresses, ['daddr'], networks(family.nodePortAddresses.cidrs), {
      interval: true,
    }),
  ];
}

const sourceRangeSets: readonly NftSet[] = [
  setOf(collections.protectedServices, servicesKey, [], {
    comment: 'addresses with source ranges',
  }),
  setOf(collections.allowedSources, [...servicesKey, 'saddr'], [], { interval: true }),
];

interface StickyMap {
  readonly entrance: Entrance;
  readonly protocol: L4Proto;
}

const usedStickyMaps = (used: ReadonlySet<string>): readonly StickyMap[] =>
  entrances.flatMap((entrance) =>
    l4protos
      .filter((protocol) => used.has(stickyMapName(entrance, protocol)))
      .map((protocol) => ({ entrance, protocol })),
  );
