import { type Cidr, formatNetwork } from '../../net/cidr.ts';
import type { FamilyPlan } from '../../plan/plan.ts';
import type {
  Chain,
  Collection,
  DataMap,
  L4Proto,
  NftSet,
  Selector,
  SetElement,
  Table,
  VerdictElement,
  VerdictMap,
} from '../ast.ts';
import { naturalCompare } from '../natural-compare.ts';
import { type Draft, newDraft, type StickyMapDraft } from './draft.ts';
import { addServicePort } from './frontends.ts';
import {
  collections,
  type Entrance,
  endpointMapName,
  type List,
  stickyMapName,
  tableName,
} from './names.ts';
import { endpointKey } from './pick.ts';
import { programChains } from './program.ts';
import { dports, hairpinKey, indexType, nodePortKey, serviceKey } from './selectors.ts';

/** Lays one family's plan out as `table ip natc` or `table ip6 natc`. */
export function buildTable(family: FamilyPlan): Table {
  const draft = newDraft();
  for (const servicePort of family.servicePorts) addServicePort(draft, family, servicePort);
  return {
    family: family.family === 'IPv4' ? 'ip' : 'ip6',
    name: tableName,
    comment: 'Kubernetes Services, compiled by natc',
    collections: [
      ...frontendMaps(draft),
      ...endpointMaps(draft),
      ...addressSets(family),
      ...sourceRangeSets(draft),
      setOf(collections.hairpin, hairpinKey, draft.hairpins.elements, {
        comment: 'endpoints that may reach themselves',
      }),
      ...affinityCollections(draft),
    ],
    chains: [...sortedChains(draft), ...programChains(family, sortedStickyMaps(draft))],
  };
}

function frontendMaps(draft: Draft): readonly Collection[] {
  return [
    verdictMap(collections.services, serviceKey, draft.services, 'addresses that are served'),
    verdictMap(collections.nodePorts, nodePortKey, draft.nodePorts, 'node ports that are served'),
    verdictMap(
      collections.refusedServices,
      serviceKey,
      draft.refusedServices,
      'addresses without a usable endpoint',
    ),
    verdictMap(
      collections.refusedNodePorts,
      nodePortKey,
      draft.refusedNodePorts,
      'node ports without a usable endpoint',
    ),
  ];
}

/** The order to read endpoint maps and sticky maps in: by entrance, then list, then protocol. */
const entrances: readonly Entrance[] = ['service', 'node-port'];
const lists: readonly List[] = ['cluster', 'local'];
const l4protos: readonly L4Proto[] = ['tcp', 'udp', 'sctp'];

function endpointMaps(draft: Draft): readonly DataMap[] {
  const names = lists.flatMap((list) =>
    entrances.flatMap((entrance) =>
      l4protos.map((protocol) => endpointMapName(entrance, list, protocol)),
    ),
  );
  return names.flatMap((name) => {
    const map = draft.endpointMaps.get(name);
    if (map === undefined) return [];
    const { entrance, protocol, elements } = map;
    return [
      {
        kind: 'data-map' as const,
        name,
        key: endpointKey(entrance, protocol, indexType),
        value: ['daddr', dports[protocol]] as const,
        elements,
      },
    ];
  });
}

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

const sourceRangeSets = (draft: Draft): readonly NftSet[] => [
  setOf(collections.protectedServices, serviceKey, draft.protectedServices, {
    comment: 'addresses with source ranges',
  }),
  setOf(collections.allowedSources, [...serviceKey, 'saddr'], draft.allowedSources, {
    interval: true,
  }),
];

function affinityCollections(draft: Draft): readonly Collection[] {
  return [
    ...sortedStickyMaps(draft).map(({ entrance, protocol, elements }) =>
      verdictMap(
        stickyMapName(entrance, protocol),
        entrance === 'service' ? ['daddr', dports[protocol]] : [dports[protocol]],
        elements,
        'connections whose client is remembered, by original destination',
      ),
    ),
    ...draft.endpointSets.map(({ name, protocol, elements }) =>
      setOf(name, ['daddr', dports[protocol]], elements),
    ),
    // Without `size`: the kernel holds room for as many as it says, a mebibyte for each map, from the
    // start. By default a map that rules write to holds as many, 65535, and grows with its clients (A10).
    ...draft.clientMaps.map(
      ({ name, timeout }): DataMap => ({
        kind: 'data-map',
        name,
        key: ['saddr'],
        value: ['daddr'],
        dynamic: true,
        timeout,
        elements: [],
      }),
    ),
  ];
}

/** Shared chains by name, whoever needed them first; then those of sticky ServicePorts, in their order. */
function sortedChains(draft: Draft): readonly Chain[] {
  const chains = [...draft.chains.values()];
  const isShared = (chain: Chain): boolean => !chain.name.includes('/');
  return [
    ...chains.filter(isShared).sort((a, b) => naturalCompare(a.name, b.name)),
    ...chains.filter((chain) => !isShared(chain)),
  ];
}

const sortedStickyMaps = (draft: Draft): readonly StickyMapDraft[] =>
  entrances.flatMap((entrance) =>
    l4protos.flatMap((protocol) => draft.stickyMaps.get(stickyMapName(entrance, protocol)) ?? []),
  );

const verdictMap = (
  name: string,
  key: readonly Selector[],
  elements: readonly VerdictElement[],
  comment: string,
): VerdictMap => ({ kind: 'verdict-map', name, comment, key, elements });

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
