import type { Cluster, EndpointSlice, Endpoints, Service } from '../../model/cluster.ts';

import { familyOf } from '../../net/address.ts';
import { type IpFamily, ipFamilies } from '../../net/family.ts';

/** One Service of one side with what says where its endpoints are. */
interface Bundle {
  readonly service: Service | undefined;
  readonly slices: EndpointSlice[];
  endpoints: Endpoints | undefined;
}

/** By `namespace/name`. */
type Bundles = Map<string, Bundle>;

/**
 * The Services, as `namespace/name`, that comparing two clusters for a node can be about: those that are
 * not the same on both sides, and those that one of them may meet, directly or through others. Services
 * meet through an address, be it a frontend's or an endpoint's: a destination may be claimed twice, DNAT
 * may lead to what is itself served, endpoints share an element of the hairpin set. They meet through
 * a node port, which any address of the node has, and through session affinity, since the rule that
 * remembers clients is there when some Service wants it.
 *
 * For a node whose own facts are the same on both sides, every other Service has the same elements on
 * both, and none of them is looked up for a packet to a Service of the result; so comparing without
 * them gives the same changes. Linear in the clusters.
 */
export function concernedServices(before: Cluster, after: Cluster): ReadonlySet<string> {
  const sides = [bundlesOf(before), bundlesOf(after)] as const;
  const keys = new Set(sides.flatMap((bundles) => [...bundles.keys()]));
  const nodePorts = new Set(
    [before, after].flatMap(({ services }) => services.flatMap(nodePortsOf)),
  );
  const tiesOf = (key: string): ReadonlySet<string | number> =>
    new Set(sides.flatMap((bundles) => tiesOfBundle(bundles.get(key), nodePorts)));
  const byTie = new Map<string | number, string[]>();
  for (const key of keys) {
    for (const tie of tiesOf(key)) {
      const tied = byTie.get(tie);
      if (tied === undefined) byTie.set(tie, [key]);
      else tied.push(key);
    }
  }
  const [old, next] = sides;
  const concerned = new Set([...keys].filter((key) => textOf(old, key) !== textOf(next, key)));
  // A set is walked in the order in which it grows.
  for (const key of concerned) {
    for (const tie of tiesOf(key)) {
      for (const tied of byTie.get(tie) ?? []) concerned.add(tied);
      byTie.delete(tie);
    }
  }
  return concerned;
}

/**
 * The same with a Service of each family that has any: without one, the family's rules would be left out of a
 * ruleset. It is the same on both sides, and none of the others meets it.
 */
export function withStandIns(
  keys: ReadonlySet<string>,
  clusters: readonly Cluster[],
): ReadonlySet<string> {
  const all = new Set(keys);
  for (const { services } of clusters) {
    for (const family of ipFamilies) {
      const own = services.filter((service) => hasClusterIP(service, family));
      const [standIn] = own;
      if (standIn !== undefined && !own.some((service) => all.has(keyOf(service))))
        all.add(keyOf(standIn));
    }
  }
  return all;
}

/** The cluster without the other Services and their endpoints. */
export const onlyServices = (cluster: Cluster, keys: ReadonlySet<string>): Cluster => ({
  services: cluster.services.filter((service) => keys.has(keyOf(service))),
  endpointSlices: cluster.endpointSlices.filter(
    ({ namespace, serviceName = '' }) =>
      serviceName !== '' && keys.has(`${namespace}/${serviceName}`),
  ),
  endpoints: cluster.endpoints.filter((endpoints) => keys.has(keyOf(endpoints))),
  nodes: cluster.nodes,
  hasUnreadableNode: cluster.hasUnreadableNode,
});

const keyOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }) =>
  `${namespace}/${name}`;

const hasClusterIP = ({ clusterIPs }: Service, family: IpFamily): boolean =>
  clusterIPs.some((address) => address !== 'None' && familyOf(address) === family);

function bundlesOf({ services, endpointSlices, endpoints }: Cluster): Bundles {
  const bundles: Bundles = new Map(
    services.map((service) => [keyOf(service), { service, slices: [], endpoints: undefined }]),
  );
  for (const slice of endpointSlices)
    bundles.get(`${slice.namespace}/${slice.serviceName ?? ''}`)?.slices.push(slice);
  for (const each of endpoints) {
    const bundle = bundles.get(keyOf(each));
    if (bundle !== undefined) bundle.endpoints = each;
  }
  return bundles;
}

/** Everything that the plan takes from the objects; where they stand in the input is left out. */
function textOf(bundles: Bundles, key: string): string | undefined {
  const bundle = bundles.get(key);
  if (bundle === undefined) return undefined;
  const slices = bundle.slices.map(contentOf).sort((a, b) => (a.name < b.name ? -1 : 1));
  return JSON.stringify([
    bundle.service && contentOf(bundle.service),
    slices,
    bundle.endpoints && contentOf(bundle.endpoints),
  ]);
}

function contentOf<T extends { readonly object: unknown }>({ object: _, ...content }: T) {
  return content;
}

/** Those of its health check too, which come from the same range. */
const nodePortsOf = ({ ports, healthCheckNodePort }: Service): readonly number[] =>
  [healthCheckNodePort, ...ports.map(({ nodePort }) => nodePort)].filter(
    (nodePort) => nodePort !== 0,
  );

const affinity = 'session affinity';

function tiesOfBundle(
  bundle: Bundle | undefined,
  nodePorts: ReadonlySet<number>,
): readonly (string | number)[] {
  if (bundle?.service === undefined) return [];
  const { service, slices, endpoints } = bundle;
  const subsets = endpoints?.subsets ?? [];
  const listening = [...service.ports, ...slices.flatMap(({ ports }) => ports)]
    .concat(subsets.flatMap(({ ports }) => ports))
    .map(({ port }) => port);
  return [
    ...service.clusterIPs.filter((address) => address !== 'None'),
    ...service.externalIPs,
    ...service.ingress.flatMap(({ ip }) => ip ?? []),
    ...slices.flatMap((slice) => slice.endpoints.flatMap(({ addresses }) => addresses)),
    ...subsets.flatMap(({ addresses, notReadyAddresses }) =>
      [...addresses, ...notReadyAddresses].map(({ ip }) => ip),
    ),
    ...nodePortsOf(service),
    ...listening.filter((port) => nodePorts.has(port)),
    ...(service.sessionAffinity === undefined ? [] : [affinity]),
  ];
}
