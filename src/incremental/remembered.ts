import type { CompileOutput } from '../compile.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import type { Service } from '../model/cluster.ts';
import { serviceKey } from '../plan/endpoint-sources.ts';
import { type FlowService, flowServices } from '../plan/flows.ts';
import { nodeFacts } from '../plan/node-facts.ts';
import type { FamilyPlan } from '../plan/plan.ts';
import { nodeClaims } from './claim-guards.ts';
import type { Item, Items } from './items.ts';

/**
 * What a compilation leaves behind for the next one, so that it compiles only the Services whose
 * objects changed. Everything else is in the ruleset's text, which says itself what belongs to whom.
 */
export interface Remembered {
  /** Hash of natc's version and the options: another one makes other text of the same objects. */
  readonly options: string;
  readonly frame: string;
  /** What is known of the node that the text is for; see {@link factsOf}. */
  readonly facts: string;
  readonly items: readonly RememberedItem[];
  /** Services that have an endpoint that may reach itself in common with another Service. */
  readonly entangled: readonly string[];
  /** For those who apply the ruleset (C1 to C9). */
  readonly flowServices: readonly FlowService[];
  /** The ruleset as `natc compile` prints it. */
  readonly text: string;
  /** What the next compilation's memory can be kept as a change of; whoever keeps it knows it. */
  readonly origin?: Uint8Array | undefined;
}

/** One object of the input. */
export interface RememberedItem {
  readonly hash: string;
  /** `Service shop/web`; undefined for kinds that natc does not use. */
  readonly identity: string | undefined;
  /** `namespace/name` of the Service that the object is, or belongs to. */
  readonly service: string | undefined;
  /**
   * What no other Service may have: cluster IPs, numbers of node ports as `30080`;
   * with others it may share load-balancer IPs, as `vip 203.0.113.1`;
   * and of a Node its addresses and networks as `node 192.168.0.2`.
   */
  readonly claims: readonly string[];
}

/**
 * Describes a finished compilation for the next one.
 *
 * @param items of the inputs that `objects` were read from
 * @param skipped how many objects of other kinds the inputs hold
 * @returns undefined when the next one has to be done in full whatever changes: the input's objects
 *   cannot be told apart without parsing, or there are Services of other proxies
 */
export function remember(
  { cluster, settings, plan }: CompileOutput,
  text: string,
  { items, frame }: Items,
  objects: readonly SourceObject[],
  skipped: number,
  options: string,
): Remembered | undefined {
  if (plan.families.some(leavesSomeToOthers)) return undefined;
  // What is left out depends on all Nodes and Services.
  if (settings.endpointsOutside === 'deny') return undefined;
  const objectOf = matchItems(items, objects, skipped);
  if (objectOf === undefined) return undefined;
  const described = describeObjects(cluster, nodeFacts(cluster, settings).addresses);
  return {
    options,
    frame,
    facts: factsOf({ cluster, settings }),
    items: items.map((item) => {
      const object = objectOf.get(item);
      const description = object === undefined ? undefined : described.get(object);
      return { hash: item.hash, ...(description ?? otherKind) };
    }),
    entangled: entangledServices(plan.families),
    flowServices: flowServices(plan),
    text,
  };
}

export type Description = Omit<RememberedItem, 'hash'>;

export const otherKind: Description = { identity: undefined, service: undefined, claims: [] };

/**
 * What the objects of a cluster are, and which Service each belongs to.
 *
 * @param nodeAddresses where a Service's port may be another one's node port (P12)
 */
export function describeObjects(
  cluster: CompileOutput['cluster'],
  nodeAddresses: ReadonlySet<string>,
): ReadonlyMap<SourceObject, Description> {
  const described = new Map<SourceObject, Description>();
  for (const service of cluster.services) {
    const name = serviceKey(service.namespace, service.name);
    described.set(service.object, {
      identity: `Service ${name}`,
      service: name,
      claims: claimsOf(service, nodeAddresses),
    });
  }
  for (const { object, namespace, name, serviceName } of cluster.endpointSlices) {
    const service = serviceName === undefined ? undefined : serviceKey(namespace, serviceName);
    described.set(object, { identity: `EndpointSlice ${namespace}/${name}`, service, claims: [] });
  }
  for (const { object, namespace, name } of cluster.endpoints) {
    const service = serviceKey(namespace, name);
    described.set(object, { identity: `Endpoints ${service}`, service, claims: [] });
  }
  for (const node of cluster.nodes) {
    const identity = `Node ${node.name}`;
    described.set(node.object, { identity, service: undefined, claims: nodeClaims(node) });
  }
  return described;
}

function claimsOf(service: Service, nodeAddresses: ReadonlySet<string>): readonly string[] {
  const { clusterIPs, ports, externalIPs, ingress, healthCheckNodePort } = service;
  const addresses = [...externalIPs, ...ingress.map(({ ip }) => ip)];
  const isAtNode = addresses.some((each) => each !== undefined && nodeAddresses.has(each));
  return [
    ...clusterIPs.filter((address) => address !== 'None'),
    ...ingress.flatMap(({ ip }) => (ip === undefined ? [] : [`vip ${ip}`])),
    ...[
      healthCheckNodePort,
      ...ports.flatMap(({ nodePort, port }) => (isAtNode ? [nodePort, port] : [nodePort])),
    ]
      .filter((number) => number !== 0)
      .map(String),
  ];
}

/** All that a ruleset takes from the node, as text that can be compared. */
export function factsOf({
  cluster,
  settings,
}: Pick<CompileOutput, 'cluster' | 'settings'>): string {
  const { node, addresses, ...facts } = nodeFacts(cluster, settings);
  return JSON.stringify({ ...facts, addresses: [...addresses], isKnown: node !== undefined });
}

/** Their addresses stand in a set that does not say whose they are. */
const leavesSomeToOthers = ({ otherProxyClusterIPs }: FamilyPlan): boolean =>
  otherProxyClusterIPs.length > 0;

/**
 * Which object each item is.
 *
 * @returns undefined when the items are not the objects: one is missing or begins or ends elsewhere
 */
function matchItems(
  items: readonly Item[],
  objects: readonly SourceObject[],
  skipped: number,
): ReadonlyMap<Item, SourceObject> | undefined {
  const isJson = items.some(({ style }) => style === 'json-list');
  if (isJson && items.length !== objects.length + skipped) return undefined;
  const bySource = new Map<string, Item[]>();
  for (const item of items) {
    const own = bySource.get(item.source);
    if (own === undefined) bySource.set(item.source, [item]);
    else own.push(item);
  }
  const matched = new Map<Item, SourceObject>();
  const offsetOf = byteOffsets();
  for (const object of objects) {
    const own = bySource.get(object.source.name) ?? [];
    const item = own[0]?.style === 'json-list' ? listedItem(own, object) : itemAt(own, object);
    if (item === undefined || matched.has(item)) return undefined;
    matched.set(item, object);
  }
  return matched;

  function itemAt(own: readonly Item[], { source, extent }: SourceObject): Item | undefined {
    const dash = own[0]?.style === 'yaml-list' ? '- '.length : 0;
    const start = offsetOf(source.text, extent.start) - dash;
    const end = offsetOf(source.text, extent.end);
    const item = own[indexOfStart(own, start)];
    return extent.path.length === 0 && item?.end === end ? item : undefined;
  }
}

/** The item of a JSON List, whose objects know their index and not their offset. */
function listedItem(own: readonly Item[], { extent }: SourceObject): Item | undefined {
  const [items, index, ...rest] = extent.path;
  const isItem = items === 'items' && typeof index === 'number' && rest.length === 0;
  return isItem ? own[index] : undefined;
}

function indexOfStart(items: readonly Item[], start: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return items[low]?.start === start ? low : -1;
}

/** Turns ascending offsets in text into offsets in its UTF-8 bytes. */
function byteOffsets(): (text: string, offset: number) => number {
  let [last, characters, bytes] = ['', 0, 0];
  return (text, offset) => {
    if (text !== last || offset < characters) [last, characters, bytes] = [text, 0, 0];
    bytes += Buffer.byteLength(text.slice(characters, offset));
    characters = offset;
    return bytes;
  };
}

/** Services with an endpoint that may reach itself and that another Service has too. */
export function entangledServices(families: readonly FamilyPlan[]): readonly string[] {
  const entangled = new Set<string>();
  for (const { servicePorts } of families) {
    const owners = new Map<string, string>();
    for (const { namespace, service, protocol, clusterEndpoints, localEndpoints } of servicePorts) {
      const name = serviceKey(namespace, service);
      for (const { address, port, hairpin } of [...clusterEndpoints, ...localEndpoints]) {
        if (!hairpin) continue;
        const key = `${address} ${port} ${protocol}`;
        const owner = owners.get(key) ?? name;
        if (owner !== name) entangled.add(owner).add(name);
        owners.set(key, owner);
      }
    }
  }
  return [...entangled];
}
