/** Generated nodes: the settings natc runs with, and the Node objects of the cluster. */
import fc from 'fast-check';
import type { NodeManifest } from '../oracle/manifest.ts';
import type { DetectLocalMode, NodeRecord } from '../oracle/world.ts';
import {
  bindable,
  clusterCIDR,
  nodePodCIDR,
  nodePrimary,
  nodeSecondary,
  serviceCIDR,
  thisNode,
} from './worlds-address-plan.ts';
import { oneIn } from './worlds-services.ts';

const nodePortAddressLists: readonly (readonly string[])[] = [
  [],
  ['primary'],
  ['all'],
  ['localhost'],
  ['192.168.0.0/24'],
  ['192.168.0.0/24', '127.0.0.0/8'],
  ['127.0.0.0/8'],
  ['127.0.0.1/32'],
  ['192.168.1.2/32', '2001:db8:1::/64'],
  ['0.0.0.0/0'],
  ['::/0'],
  ['10.20.30.0/24', '0.0.0.0/0'],
  ['10.20.30.0/24'],
  ['192.168.0.0/16', '192.168.0.0/24', '2001:db8::/64', '2001:db8::/32'],
  ['localhost', '2001:db8::/64'],
];

const serviceCIDRLists: readonly (readonly string[])[] = [
  [serviceCIDR.IPv4, serviceCIDR.IPv6],
  [],
  [serviceCIDR.IPv4],
  ['172.30.0.0/24', '172.30.0.0/16', serviceCIDR.IPv6],
  ['172.31.0.0/16', serviceCIDR.IPv4],
];

type Detector = Pick<
  NodeRecord,
  'detectLocalMode' | 'clusterCIDRs' | 'podCIDRs' | 'bridgeInterface' | 'interfaceNamePrefix'
>;

const detector = (detectLocalMode: DetectLocalMode, rest: Partial<Detector>): Detector => ({
  detectLocalMode,
  ...rest,
});

const detectors: fc.Arbitrary<Detector> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constant(
      detector('ClusterCIDR', { clusterCIDRs: [clusterCIDR.IPv4, clusterCIDR.IPv6] }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      detector('ClusterCIDR', { clusterCIDRs: [] }),
      detector('ClusterCIDR', { clusterCIDRs: [clusterCIDR.IPv4] }),
      // Only the first of a family counts (M10).
      detector('ClusterCIDR', { clusterCIDRs: [nodePodCIDR.IPv4, ...Object.values(clusterCIDR)] }),
      detector('NodeCIDR', { podCIDRs: [nodePodCIDR.IPv4, nodePodCIDR.IPv6] }),
      detector('NodeCIDR', { podCIDRs: [nodePodCIDR.IPv6] }),
      detector('BridgeInterface', { bridgeInterface: 'cbr0' }),
      detector('InterfaceNamePrefix', { interfaceNamePrefix: 'veth' }),
    ),
  },
);

export interface GeneratedNode {
  readonly record: NodeRecord;
  readonly objects: readonly NodeManifest[];
}

/** A node without a name has no Node object to learn from. */
export const generatedNodes: fc.Arbitrary<GeneratedNode> = fc
  .record({
    isNamed: oneIn(10).map((isNameless) => !isNameless),
    hasObject: fc.boolean(),
    overridesObject: oneIn(4),
    addressFamilies: fc.constantFrom('both', 'both', 'both', 'IPv4', 'IPv6'),
    zone: fc.constantFrom(undefined, 'zone-a', 'zone-a', 'zone-b', 'zone-c'),
    bound: fc.subarray([...bindable], { maxLength: 2 }),
    detector: detectors,
    nodePortAddresses: fc.constantFrom(...nodePortAddressLists),
    serviceCIDRs: fc.constantFrom(...serviceCIDRLists),
    masqueradeAll: oneIn(5),
    localhostNodePorts: fc.constantFrom(undefined, true, false),
    families: fc.constantFrom(
      ...new Array<undefined>(8).fill(undefined),
      ['IPv4'] as const,
      ['IPv6'] as const,
    ),
    serviceProxyName: fc.constantFrom(...new Array<undefined>(15).fill(undefined), 'other-proxy'),
  })
  .map((shape): GeneratedNode => {
    const hasObject = shape.hasObject && shape.isNamed;
    const primaries = [nodePrimary.IPv4, nodePrimary.IPv6].filter(
      (ip) =>
        shape.addressFamilies === 'both' || (shape.addressFamilies === 'IPv6') === ip.includes(':'),
    );
    const { podCIDRs, ...detectorRest } = shape.detector;
    // A flag wins over the Node object, and need not speak of both families.
    const besideObject = shape.overridesObject ? { nodeIPs: [nodeSecondary.IPv4] } : {};
    const fromFlags = {
      nodeIPs: primaries,
      ...(shape.zone === undefined ? {} : { zone: shape.zone }),
    };
    const record: NodeRecord = {
      ...(shape.isNamed ? { hostname: thisNode } : {}),
      ...(hasObject ? besideObject : fromFlags),
      localIPs: [
        nodePrimary.IPv4,
        nodeSecondary.IPv4,
        nodePrimary.IPv6,
        nodeSecondary.IPv6,
        ...shape.bound,
      ],
      ...detectorRest,
      ...(podCIDRs === undefined || hasObject ? {} : { podCIDRs }),
      serviceCIDRs: shape.serviceCIDRs,
      nodePortAddresses: shape.nodePortAddresses,
      masqueradeAll: shape.masqueradeAll,
      ...(shape.localhostNodePorts === undefined
        ? {}
        : { localhostNodePorts: shape.localhostNodePorts }),
      ...(shape.families === undefined ? {} : { families: shape.families }),
      ...(shape.serviceProxyName === undefined ? {} : { serviceProxyName: shape.serviceProxyName }),
    };
    const object = nodeObject(thisNode, primaries, shape.zone, podCIDRs ?? []);
    const other = nodeObject('node2', ['192.168.0.3', '2001:db8::3'], 'zone-b', ['10.180.2.0/24']);
    return { record, objects: hasObject ? [object, other] : [] };
  });

/** Addresses of the other types come first, to see that internal ones win (N3). */
const nodeObject = (
  name: string,
  addresses: readonly string[],
  zone: string | undefined,
  podCIDRs: readonly string[],
): NodeManifest => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    labels: {
      'kubernetes.io/hostname': name,
      ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }),
    },
  },
  spec: podCIDRs.length === 0 ? {} : { podCIDR: podCIDRs[0] as string, podCIDRs },
  status: {
    addresses: [
      { type: 'Hostname', address: name },
      ...addresses.slice(0, 1).map((ip) => ({
        type: 'ExternalIP',
        address: ip.includes(':') ? '2001:db8:e::1' : '198.51.100.77',
      })),
      ...addresses.map((address) => ({ type: 'InternalIP', address })),
    ],
  },
});
