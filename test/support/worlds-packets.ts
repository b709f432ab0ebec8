/** Interesting packets for a world: its tuples, near misses, and every kind of source. */
import fc from 'fast-check';
import { type IpFamily, type Protocol, protocols } from '../../src/net/family.ts';
import type { ServiceManifest } from '../oracle/manifest.ts';
import type { Packet, World } from '../oracle/world.ts';
import {
  clients,
  idlePod,
  internet,
  loopback,
  nodeNeighbour,
  nodePrimary,
  nodeSecondary,
  pods,
  serviceCIDR,
  unallocatedClusterIP,
} from './worlds-address-plan.ts';
import { oneIn } from './worlds-services.ts';

export interface Destination {
  readonly to: string;
  readonly port: number;
  readonly protocol: Protocol;
}

const familyOf = (address: string): IpFamily => (address.includes(':') ? 'IPv6' : 'IPv4');

/** Packets to destinations that mean something in the world: mostly its tuples, often near misses. */
export function packetsOf(world: World): fc.Arbitrary<Packet> {
  const addressTuples = servicesOf(world).flatMap(addressTuplesOf);
  const nodePortTuples = servicesOf(world).flatMap((service) => nodePortTuplesOf(world, service));
  const unrelated = fc.constantFrom(...unrelatedDestinations());
  const tuples = [addressTuples, nodePortTuples].filter((list) => list.length > 0);
  const exact = fc.oneof(
    { weight: 1, arbitrary: unrelated },
    ...tuples.map((list) => ({ weight: 7, arbitrary: fc.constantFrom(...list) })),
  );
  const destinations = fc.oneof(
    { weight: 4, arbitrary: exact },
    { weight: 1, arbitrary: exact.chain((tuple) => fc.constantFrom(...nearMisses(tuple))) },
  );
  return fc
    .record({
      destination: destinations,
      source: fc.nat({ max: 999 }),
      // A process on the node that talks to an address bound there has it as its source (P10).
      isToItself: oneIn(8),
      iif: fc.constantFrom('eth0', 'cbr0', 'veth1', 'cbr01'),
    })
    .map(({ destination, source, isToItself, iif }) => {
      const sources = sourcesOf(world, familyOf(destination.to));
      const from = isToItself ? destination.to : (sources[source % sources.length] as string);
      const isLocal = world.node.localIPs.includes(from) || isLoopback(from);
      return { from, ...destination, ...(isLocal ? {} : { iif: iifOf(from, iif) }) };
    });
}

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

/** Pods are behind an interface of theirs most of the time, everybody else behind eth0. */
const iifOf = (from: string, drawn: string): string =>
  pods.some((pod) => pod.IPv4 === from || pod.IPv6 === from) || from === idlePod[familyOf(from)]
    ? drawn
    : drawn === 'cbr0'
      ? 'cbr0'
      : 'eth0';

export function sourcesOf(world: World, family: IpFamily): readonly string[] {
  const ingress = servicesOf(world).flatMap(addressesOf);
  return [
    idlePod[family],
    ...pods.map((pod) => pod[family]),
    ...clients[family],
    nodePrimary[family],
    nodeSecondary[family],
    loopback[family],
    ...new Set(ingress.filter((address) => familyOf(address) === family)),
  ];
}

const servicesOf = (world: World): readonly ServiceManifest[] =>
  world.objects.filter((object) => object.kind === 'Service');

/** External IPs and load-balancer addresses of both families, VIP or not. */
const addressesOf = ({ spec, status }: ServiceManifest): readonly string[] => [
  ...(spec.externalIPs ?? []),
  ...(status?.loadBalancer?.ingress ?? []).flatMap((entry) =>
    entry.ip === undefined ? [] : [entry.ip],
  ),
];

const clusterIPsOf = ({ spec }: ServiceManifest): readonly string[] =>
  (spec.clusterIPs ?? [spec.clusterIP ?? '']).filter((ip) => ip !== '' && ip !== 'None');

function addressTuplesOf(service: ServiceManifest): readonly Destination[] {
  const addresses = [...clusterIPsOf(service), ...addressesOf(service)];
  return (service.spec.ports ?? []).flatMap(({ port, protocol = 'TCP' }) =>
    addresses.map((to) => ({ to, port, protocol: protocol as Protocol })),
  );
}

/** A node port on every address of the node, and on some that are not the node's. */
function nodePortTuplesOf(world: World, service: ServiceManifest): readonly Destination[] {
  const addresses = [
    ...world.node.localIPs,
    ...world.node.localIPs,
    ...['127.0.0.1', '127.0.5.5', '::1'],
    nodeNeighbour.IPv4,
    ...clusterIPsOf(service).slice(0, 1),
    ...addressesOf(service).slice(0, 1),
  ];
  return (service.spec.ports ?? []).flatMap(({ nodePort = 0, protocol = 'TCP' }) =>
    nodePort === 0
      ? []
      : addresses.map((to) => ({ to, port: nodePort, protocol: protocol as Protocol })),
  );
}

const nearMisses = ({ to, port, protocol }: Destination): readonly Destination[] => [
  { to, port: port + 1, protocol },
  { to, port: port - 1, protocol },
  { to, port, protocol: protocols[(protocols.indexOf(protocol) + 1) % 3] as Protocol },
];

/** What no Service has anything to do with. */
function unrelatedDestinations(): readonly Destination[] {
  const families: readonly IpFamily[] = ['IPv4', 'IPv6'];
  return families.flatMap((family) =>
    [
      unallocatedClusterIP[family],
      serviceCIDR[family].replace(/\/.*/, ''),
      internet[family],
      nodePrimary[family],
      loopback[family],
      ...pods.slice(0, 2).map((pod) => pod[family]),
    ].map((to) => ({ to, port: 80, protocol: 'TCP' as const })),
  );
}
