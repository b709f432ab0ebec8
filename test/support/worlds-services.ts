/** Generated Services: what is drawn at random, and the object that is made of it. */
import fc from 'fast-check';
import type { IpFamily } from '../../src/net/family.ts';
import type { ServiceManifest } from '../oracle/manifest.ts';
import {
  clusterIP,
  externalIPs,
  loadBalancerIPs,
  nodePortNumbers,
  type PortTemplate,
  portTemplates,
} from './worlds-address-plan.ts';

/** True once in `n` times; shrinks to false. */
export const oneIn = (n: number): fc.Arbitrary<boolean> =>
  fc.noBias(fc.nat({ max: n - 1 })).map((drawn) => drawn === n - 1);

const sourceRanges = [
  '203.0.113.0/25',
  ' 203.0.113.128/26 ',
  '203.0.113.0/24',
  '10.0.0.0/8',
  '192.168.0.0/24',
  '192.168.0.2/32',
  '0.0.0.0/0',
  '2600:5200::/33',
  'fd00:10::/64',
  '2001:db8::/64',
  '2001:db8::1/128',
];

const ingressEntries = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      ip: fc.constantFrom(...loadBalancerIPs),
      ipMode: fc.constantFrom(undefined, undefined, 'VIP', 'Proxy'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ hostname: 'lb.example.com' }) },
);

const policies = fc.constantFrom(undefined, 'Cluster', 'Local');

export type ServiceShape = typeof serviceShapes extends fc.Arbitrary<infer T> ? T : never;

export const serviceShapes = fc.record({
  namespace: fc.constantFrom<string>('default', 'shop', 'kube-system'),
  name: fc.constantFrom<string>('web', 'api', 'dns', 'db', 'web-2'),
  type: fc.constantFrom(
    ...(['ClusterIP', 'ClusterIP', 'ClusterIP', 'NodePort', 'NodePort'] as const),
    ...(['LoadBalancer', 'LoadBalancer', 'LoadBalancer', 'LoadBalancer'] as const),
    ...(['ClusterIP', 'ClusterIP', 'NodePort', 'NodePort', 'Headless', 'ExternalName'] as const),
  ),
  families: fc.constantFrom<readonly IpFamily[]>(
    ['IPv4'],
    ['IPv4'],
    ['IPv6'],
    ['IPv4', 'IPv6'],
    ['IPv4', 'IPv6'],
    ['IPv6', 'IPv4'],
  ),
  /** Leave `clusterIPs` and `ipFamilies` to the defaults, where they say nothing new. */
  isTerse: fc.boolean(),
  ports: fc.uniqueArray(fc.constantFrom(...portTemplates), { minLength: 1, maxLength: 3 }),
  isUnnamed: fc.boolean(),
  nodePort: fc.nat({ max: nodePortNumbers.count - 1 }),
  withoutNodePorts: oneIn(4),
  externalTrafficPolicy: policies,
  internalTrafficPolicy: policies,
  affinity: fc.constantFrom(undefined, undefined, 'None', 'ClientIP', 'ClientIP with a timeout'),
  externalIPs: fc.oneof(
    { weight: 2, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.subarray([...externalIPs], { maxLength: 3 }) },
  ),
  ingress: fc.uniqueArray(ingressEntries, {
    maxLength: 4,
    selector: (entry) => ('ip' in entry ? entry.ip : entry.hostname),
  }),
  sourceRanges: fc.oneof(
    { weight: 1, arbitrary: fc.constant<string[]>([]) },
    { weight: 2, arbitrary: fc.subarray(sourceRanges, { minLength: 1, maxLength: 3 }) },
  ),
  hasSelector: fc.boolean(),
  proxyLabel: fc.constantFrom(...new Array<undefined>(24).fill(undefined), '', 'other-proxy'),
  isHeadlessLabelled: oneIn(30),
  publishNotReadyAddresses: oneIn(8),
  trafficDistribution: fc.constantFrom(undefined, undefined, undefined, 'PreferClose'),
});

/** What the Services of a world have claimed, so that no two claim the same (ND5, V6). */
export interface Claims {
  readonly tuples: Map<string, string>;
  /** Who has each number, for which of its ports, and for which protocols. */
  readonly nodePorts: Map<number, { readonly holder: string; readonly protocols: Set<string> }>;
}

export const noClaims = (): Claims => ({ tuples: new Map(), nodePorts: new Map() });

/** @param slot tells the Services of a world apart: their cluster IPs. */
export function buildService(shape: ServiceShape, slot: number, claims: Claims): ServiceManifest {
  const owner = `${shape.namespace}/${shape.name}`;
  const type = shape.type === 'Headless' ? 'ClusterIP' : shape.type;
  const mayHaveNodePorts =
    type === 'NodePort' || (type === 'LoadBalancer' && !shape.withoutNodePorts);
  const ports = shape.ports.map((port) => ({
    ...(shape.isUnnamed && shape.ports.length === 1 ? {} : { name: port.name }),
    ...(shape.isTerse && port.protocol === 'TCP' ? {} : { protocol: port.protocol }),
    port: port.port,
    targetPort: port.targetPort,
    ...(mayHaveNodePorts ? { nodePort: claimNodePort(claims, owner, port, shape.nodePort) } : {}),
  }));
  const claim = (address: string): boolean => claimTuples(claims, owner, address, shape.ports);
  const external = shape.externalIPs.filter(claim);
  const ingress =
    type === 'LoadBalancer' ? shape.ingress.filter((e) => !('ip' in e) || claim(e.ip)) : [];
  const hasExternalPolicy =
    type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && external.length > 0);
  const externalTrafficPolicy = hasExternalPolicy ? shape.externalTrafficPolicy : undefined;
  const isExternalName = type === 'ExternalName';

  return withoutUndefined({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: shape.name,
      namespace: shape.namespace,
      labels: {
        app: shape.name,
        'service.kubernetes.io/service-proxy-name': shape.proxyLabel,
        'service.kubernetes.io/headless': shape.isHeadlessLabelled ? '' : undefined,
      },
    },
    spec: {
      type: shape.isTerse && type === 'ClusterIP' ? undefined : type,
      ...(isExternalName ? { externalName: 'db.example.com' } : clusterIPs(shape, slot)),
      selector: shape.hasSelector && !isExternalName ? { app: shape.name } : undefined,
      ports: isExternalName ? undefined : ports,
      externalIPs: external.length > 0 ? external : undefined,
      externalTrafficPolicy,
      internalTrafficPolicy: isExternalName ? undefined : shape.internalTrafficPolicy,
      loadBalancerSourceRanges:
        type === 'LoadBalancer' && shape.sourceRanges.length > 0 ? shape.sourceRanges : undefined,
      allocateLoadBalancerNodePorts:
        type === 'LoadBalancer' && shape.withoutNodePorts ? false : undefined,
      healthCheckNodePort:
        type === 'LoadBalancer' && externalTrafficPolicy === 'Local' ? 31000 + slot : undefined,
      ...(isExternalName ? {} : affinity(shape)),
      publishNotReadyAddresses: shape.publishNotReadyAddresses ? true : undefined,
      trafficDistribution: isExternalName ? undefined : shape.trafficDistribution,
    },
    status: ingress.length > 0 ? { loadBalancer: { ingress } } : undefined,
  });
}

/** Objects as a manifest has them: a field that is not set is not there. */
export const withoutUndefined = <T>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T;

function clusterIPs(shape: ServiceShape, slot: number): Partial<ServiceManifest['spec']> {
  const { families } = shape;
  const addresses =
    shape.type === 'Headless' ? ['None'] : families.map((family) => clusterIP[family](slot));
  const [first = 'None'] = addresses;
  if (shape.isTerse && families.length === 1) return { clusterIP: first };
  return {
    clusterIP: first,
    clusterIPs: addresses,
    ipFamilies: families,
    ipFamilyPolicy: families.length === 2 ? 'RequireDualStack' : 'SingleStack',
  };
}

function affinity(shape: ServiceShape): Partial<ServiceManifest['spec']> {
  switch (shape.affinity) {
    case 'ClientIP with a timeout':
      return {
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } },
      };
    case undefined:
      return {};
    default:
      return { sessionAffinity: shape.affinity };
  }
}

/** The first free number from the drawn one on; protocols share one for the same port only (V6). */
function claimNodePort(claims: Claims, owner: string, port: PortTemplate, drawn: number): number {
  for (let step = 0; ; step++) {
    const number = nodePortNumbers.first + drawn + step;
    const holder = `${owner} ${port.port}`;
    const use = claims.nodePorts.get(number) ?? { holder, protocols: new Set<string>() };
    if (use.holder !== holder || use.protocols.has(port.protocol)) continue;
    use.protocols.add(port.protocol);
    claims.nodePorts.set(number, use);
    return number;
  }
}

function claimTuples(
  claims: Claims,
  owner: string,
  address: string,
  ports: readonly PortTemplate[],
): boolean {
  const keys = ports.map((port) => `${address} ${port.port}/${port.protocol}`);
  if (keys.some((key) => (claims.tuples.get(key) ?? owner) !== owner)) return false;
  for (const key of keys) claims.tuples.set(key, owner);
  return true;
}
