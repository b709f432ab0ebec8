/**
 * Worlds of two tenants: a valid one, and one that means harm to it. The hostile one claims whatever the
 * victim has, under names that sort first and in Services that are younger. It has what a tenant has:
 * it cannot write the status of a Service, and its cluster IPs are from the Service network.
 */
import fc from 'fast-check';
import type { Manifest, ServiceManifest } from '../oracle/manifest.ts';
import type { World } from '../oracle/world.ts';
import { worlds } from './worlds.ts';
import {
  nodeSecondary,
  pods,
  portTemplates,
  serviceCIDR,
  thisNode,
} from './worlds-address-plan.ts';

export interface Tenants {
  /** The victim alone. */
  readonly alone: World;
  readonly together: World;
}

const victimAge = '2026-01-01T00:00:00Z';
const hostileAges = [
  '2026-01-01T00:00:01Z',
  '2027-06-01T00:00:00+02:00',
  undefined,
  null,
  '1970-01-01',
  'the beginning',
  1,
] as const;

const services = ({ objects }: World): readonly ServiceManifest[] =>
  objects.filter((object) => object.kind === 'Service');

const claims = fc.record({
  name: fc.constantFrom('a', '0', 'a0'),
  age: fc.constantFrom(...hostileAges),
  type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer'),
  clusterIP: fc.nat(),
  externalIPs: fc.array(fc.nat(), { maxLength: 5 }),
  ports: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
  nodePorts: fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
  isLocal: fc.boolean(),
  isSticky: fc.boolean(),
  affinity: fc.boolean(),
  sourceRanges: fc.subarray(['203.0.113.0/25', '10.0.0.0/8', '0.0.0.0/0', '::/0']),
  endpoints: fc.array(fc.record({ pod: fc.nat(), isHere: fc.boolean() }), { maxLength: 3 }),
  proxyLabel: fc.constantFrom(undefined, undefined, undefined, undefined, 'other'),
});

type HostileClaims = typeof claims extends fc.Arbitrary<infer T> ? T : never;

export const tenants: fc.Arbitrary<Tenants> = fc
  .record({ world: worlds, hostile: fc.array(claims, { minLength: 1, maxLength: 3 }) })
  .map(({ world, hostile }) => {
    const objects = world.objects.map(
      (object) =>
        ({
          ...object,
          metadata: { ...object.metadata, creationTimestamp: victimAge },
        }) as unknown as Manifest,
    );
    const alone = { ...world, objects };
    const others = hostile.flatMap((each, index) => hostileObjects(each, index, alone));
    return { alone, together: { ...alone, objects: [...others, ...objects] } };
  });

const pick = <T>(list: readonly T[], drawn: number): T => list[drawn % list.length] as T;

function hostileObjects(drawn: HostileClaims, index: number, world: World): readonly Manifest[] {
  const victims = services(world);
  const clusterIPs = victims.flatMap(({ spec }) => spec.clusterIPs ?? [spec.clusterIP ?? '']);
  const cluster = [...clusterIPs.filter((ip) => ip !== '' && ip !== 'None'), `172.30.9.${index}`];
  const addresses = [
    ...cluster,
    ...victims.flatMap(({ spec }) => spec.externalIPs ?? []),
    ...victims.flatMap(({ status }) =>
      (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip === undefined ? [] : [ip])),
    ),
    ...(world.node.nodeIPs ?? []),
    '8.8.8.8',
    serviceCIDR.IPv4.replace('.0.0/16', '.7.7'),
  ].filter((address) => !Object.values(nodeSecondary).includes(address));
  const victimPorts = victims.flatMap(({ spec }) => spec.ports ?? []);
  const numbers = victimPorts.flatMap(({ nodePort }) => (nodePort === undefined ? [] : [nodePort]));
  const health = victims.flatMap(({ spec }) => spec.healthCheckNodePort ?? []);
  const nodePorts = [...numbers, ...health, 31999];
  const wanted = [
    ...victimPorts.map(({ port, protocol }) => ({ port, protocol: protocol ?? 'TCP' })),
    ...portTemplates.map(({ port, protocol }) => ({ port, protocol })),
    ...numbers.flatMap((port) => [
      { port, protocol: 'TCP' },
      { port, protocol: 'UDP' },
    ]),
  ];
  const ports = drawn.ports.map((each, at) => ({
    name: `p${at}`,
    ...pick(wanted, each),
    ...(drawn.type === 'ClusterIP' ? {} : { nodePort: pick(nodePorts, drawn.nodePorts[at] ?? 0) }),
  }));
  const clusterIP = pick(cluster, drawn.clusterIP);
  const name = `${drawn.name}${index}`;
  const metadata = (extra: object) => ({
    namespace: 'a',
    name,
    ...(drawn.age === undefined ? {} : { creationTimestamp: drawn.age }),
    ...extra,
  });
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(
      drawn.proxyLabel === undefined
        ? {}
        : { labels: { 'service.kubernetes.io/service-proxy-name': drawn.proxyLabel } },
    ),
    spec: {
      type: drawn.type,
      clusterIP,
      clusterIPs: [clusterIP],
      externalIPs: drawn.externalIPs.map((each) => pick(addresses, each)),
      ports,
      ...(drawn.isLocal ? { externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Local' } : {}),
      ...(drawn.affinity ? { sessionAffinity: 'ClientIP' } : {}),
      loadBalancerSourceRanges: drawn.sourceRanges,
      healthCheckNodePort: pick(nodePorts, drawn.clusterIP),
    },
  };
  // One slice of its own, and one under the name of each Service of the victim, in its own namespace.
  const slices = [name, ...victims.map((victim) => victim.metadata.name)].map((of, at) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...metadata({}),
      name: `${name}-${at}`,
      labels: { 'kubernetes.io/service-name': of },
    },
    addressType: 'IPv4',
    endpoints: drawn.endpoints.map(({ pod, isHere }) => ({
      addresses: [pick(pods, pod).IPv4],
      ...(isHere ? { nodeName: thisNode } : {}),
    })),
    ports: ports.map(({ name: port, protocol }) => ({ name: port, protocol, port: 8080 })),
  }));
  return [service, ...slices] as unknown as Manifest[];
}
