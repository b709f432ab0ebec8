/** Generated EndpointSlices and Endpoints objects of a Service. */
import fc from 'fast-check';
import type { IpFamily } from '../../src/net/family.ts';
import type {
  EndpointSliceManifest,
  EndpointsManifest,
  Manifest,
  PortManifest,
  ServiceManifest,
  SliceEndpointManifest,
} from '../oracle/manifest.ts';
import { type Pod, pods, thisNode, zones } from './worlds-address-plan.ts';
import { oneIn, withoutUndefined } from './worlds-services.ts';

const condition = fc.constantFrom(undefined, true, false);

/** How a slice spells one port of its Service. */
type Spelling =
  | 'faithful'
  | 'another number'
  | 'left out'
  | 'without a number'
  | 'another protocol';

const spellings: fc.Arbitrary<Spelling> = fc.oneof(
  { weight: 12, arbitrary: fc.constant('faithful' as const) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Spelling>(
      ...(['another number', 'left out', 'without a number', 'another protocol'] as const),
    ),
  },
);

const sliceEndpoints = fc.record({
  pod: fc.nat({ max: pods.length - 1 }),
  ready: condition,
  serving: condition,
  terminating: condition,
  zones: fc.subarray([...zones], { maxLength: 2 }),
  nodes: fc.subarray([thisNode, 'node2'], { maxLength: 2 }),
  hasSecondAddress: oneIn(8),
});

const sliceShapes = fc.record({
  addresses: fc.constantFrom(
    ...(['first family', 'first family', 'first family', 'first family', 'first family'] as const),
    ...(['second family', 'second family', 'second family', 'other family', 'FQDN'] as const),
  ),
  ports: fc.array(spellings, { minLength: 3, maxLength: 3 }),
  hasStrayPort: oneIn(6),
  endpoints: fc.array(sliceEndpoints, { minLength: 1, maxLength: 5 }),
  isOrphan: oneIn(15),
  isHandMade: oneIn(6),
  proxyLabel: fc.constantFrom(...new Array<undefined>(30).fill(undefined), '', 'other-proxy'),
  isHeadlessLabelled: oneIn(30),
});

const subsetShapes = fc.record({
  pods: fc.uniqueArray(fc.nat({ max: pods.length - 1 }), { minLength: 1, maxLength: 4 }),
  ports: fc.array(spellings, { minLength: 3, maxLength: 3 }),
});

export type BackingShape = typeof backingShapes extends fc.Arbitrary<infer T> ? T : never;

export const backingShapes = fc.record({
  kind: fc.constantFrom(
    ...(['slices', 'slices', 'slices', 'slices', 'Endpoints', 'both', 'none'] as const),
  ),
  slices: fc.array(sliceShapes, { minLength: 1, maxLength: 4 }),
  /** Conditions as drawn; or none; or no endpoint is ready. */
  conditions: fc.constantFrom('unset', 'unset', 'drawn', 'drawn', 'drawn', 'not ready'),
  hints: fc.constantFrom('none', 'none', 'zones', 'nodes', 'both', 'drawn'),
  subsets: fc.array(subsetShapes, { minLength: 1, maxLength: 3 }),
  notReady: fc.subarray(pods.map((_, index) => index)),
  skipMirror: oneIn(10),
  isLeaderElection: oneIn(12),
  proxyLabel: fc.constantFrom(...new Array<undefined>(12).fill(undefined), 'other-proxy'),
});

/** @param anonymous pods whose node nobody has written down (hand-made slices). */
export function buildBacking(
  shape: BackingShape,
  service: ServiceManifest,
  anonymous: ReadonlySet<number>,
): readonly Manifest[] {
  if (shape.kind === 'none') return [];
  const slices =
    shape.kind === 'Endpoints'
      ? []
      : shape.slices.map((slice, index) => buildSlice(shape, slice, index, service, anonymous));
  return shape.kind === 'slices' ? slices : [...slices, buildEndpoints(shape, service, anonymous)];
}

type SliceShape = BackingShape['slices'][number];

/** Slices are named so that their name order is not the order they are made in (E9). */
function buildSlice(
  shape: BackingShape,
  slice: SliceShape,
  index: number,
  service: ServiceManifest,
  anonymous: ReadonlySet<number>,
): EndpointSliceManifest {
  const { name, namespace, labels } = service.metadata;
  const addressType = addressTypeOf(slice.addresses, service);
  const proxyName = 'service.kubernetes.io/service-proxy-name';
  return withoutUndefined({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${'dbca'[index]}`,
      namespace,
      labels: {
        'kubernetes.io/service-name': slice.isOrphan ? undefined : name,
        // The slice controller copies the Service's labels; people do not.
        [proxyName]: slice.proxyLabel ?? (slice.isHandMade ? undefined : labels?.[proxyName]),
        'service.kubernetes.io/headless': slice.isHeadlessLabelled ? '' : undefined,
      },
    },
    addressType,
    endpoints: slice.endpoints.map((endpoint) =>
      buildEndpoint(shape, endpoint, addressType, anonymous),
    ),
    ports: [
      ...slicePorts(service, slice.ports),
      ...(slice.hasStrayPort ? [{ name: 'stray', protocol: 'TCP', port: 8099 }] : []),
    ],
  });
}

function addressTypeOf(
  drawn: SliceShape['addresses'],
  service: ServiceManifest,
): IpFamily | 'FQDN' {
  const { clusterIP, ipFamilies = [] } = service.spec;
  const first = clusterIP?.includes(':') === true ? 'IPv6' : 'IPv4';
  switch (drawn) {
    case 'first family':
      return first;
    case 'second family':
      return (ipFamilies[1] ?? first) as IpFamily;
    case 'other family':
      return first === 'IPv4' ? 'IPv6' : 'IPv4';
    case 'FQDN':
      return 'FQDN';
  }
}

function buildEndpoint(
  shape: BackingShape,
  drawn: SliceShape['endpoints'][number],
  addressType: IpFamily | 'FQDN',
  anonymous: ReadonlySet<number>,
): SliceEndpointManifest {
  const pod = pods[drawn.pod] as Pod;
  const addresses =
    addressType === 'FQDN'
      ? [`pod-${drawn.pod}.example.com`]
      : [pod[addressType], ...(drawn.hasSecondAddress ? [(pods[0] as Pod)[addressType]] : [])];
  const { ready, serving, terminating } = drawn;
  const conditions = {
    unset: undefined,
    drawn: { ready, serving, terminating },
    'not ready': { ready: false, serving, terminating },
  }[shape.conditions];
  return withoutUndefined({
    addresses: [...new Set(addresses)],
    conditions,
    nodeName: anonymous.has(drawn.pod) ? undefined : pod.nodeName,
    zone: pod.zone,
    hints: addressType === 'FQDN' ? undefined : hints(shape, drawn, pod),
  });
}

function hints(
  shape: BackingShape,
  drawn: SliceShape['endpoints'][number],
  pod: Pod,
): SliceEndpointManifest['hints'] {
  const named = (names: readonly string[]) => names.map((name) => ({ name }));
  const forZones = named(drawn.zones.length > 0 ? drawn.zones : [pod.zone]);
  const forNodes = named(drawn.nodes.length > 0 ? drawn.nodes : [pod.nodeName ?? 'node3']);
  switch (shape.hints) {
    case 'none':
      return undefined;
    case 'zones':
      return { forZones };
    case 'nodes':
      return { forNodes };
    case 'both':
      return { forZones, forNodes };
    case 'drawn':
      return { forZones: named(drawn.zones), forNodes: named(drawn.nodes) };
  }
}

function slicePorts(
  service: ServiceManifest,
  spellings: readonly Spelling[],
): readonly PortManifest[] {
  return (service.spec.ports ?? []).flatMap((port, index): PortManifest[] => {
    const target = port.targetPort as number;
    const as = {
      ...(port.name === undefined ? {} : { name: port.name }),
      protocol: port.protocol ?? 'TCP',
    };
    switch (spellings[index]) {
      case 'another number':
        return [{ ...as, port: target + 1000 }];
      case 'left out':
        return [];
      case 'without a number':
        return [as];
      case 'another protocol':
        return [{ ...as, protocol: as.protocol === 'TCP' ? 'UDP' : 'TCP', port: target }];
      default:
        return [{ ...as, port: target }];
    }
  });
}

/** An address is ready in all subsets of an object, or in none. */
function buildEndpoints(
  shape: BackingShape,
  service: ServiceManifest,
  anonymous: ReadonlySet<number>,
): EndpointsManifest {
  const { name, namespace } = service.metadata;
  const notReady = new Set(shape.notReady);
  const families = service.spec.ipFamilies ?? [addressTypeOf('first family', service)];
  const addresses = (indices: readonly number[]) =>
    indices.flatMap((index) =>
      families.map((family) => ({
        ip: (pods[index] as Pod)[family as IpFamily],
        nodeName: anonymous.has(index) ? undefined : pods[index]?.nodeName,
      })),
    );
  return withoutUndefined({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name,
      namespace,
      labels: {
        'endpointslice.kubernetes.io/skip-mirror': shape.skipMirror ? 'true' : undefined,
        'service.kubernetes.io/service-proxy-name':
          shape.proxyLabel ?? service.metadata.labels?.['service.kubernetes.io/service-proxy-name'],
      },
      annotations: {
        'control-plane.alpha.kubernetes.io/leader': shape.isLeaderElection ? '{}' : undefined,
      },
    },
    subsets: shape.subsets.map((subset) => ({
      addresses: addresses(subset.pods.filter((index) => !notReady.has(index))),
      notReadyAddresses: addresses(subset.pods.filter((index) => notReady.has(index))),
      ports: slicePorts(service, subset.ports).filter((port) => port.port !== undefined),
    })),
  });
}
