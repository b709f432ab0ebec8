/** Objects of each kind in which every known field is set, and values that fit none of them. */
import {
  conditionFields,
  endpointAddressFields,
  endpointPortFields,
  endpointSliceFields,
  endpointsFields,
  hintFields,
  ingressFields,
  metadataFields,
  serviceFields,
  servicePortFields,
  serviceSpecFields,
  sliceEndpointFields,
  subsetFields,
} from '../../src/model/known-fields.ts';
import type { FieldShape, KnownFields } from '../../src/model/shapes.ts';

type Json = Readonly<Record<string, unknown>>;
export type Path = readonly (string | number)[];

/** A mapping with every field of `known`: as given, or else with a value that is never read. */
const filled = (known: KnownFields, given: Json): Json => ({
  ...Object.fromEntries([...known.shapes].map(([key, shape]) => [key, unread(shape)])),
  ...given,
});

function unread(shape: FieldShape | 'read'): unknown {
  switch (shape) {
    case 'read':
    case 'any':
    case 'string':
      return 'unread';
    case 'strings':
      return ['unread'];
    case 'string map':
      return { unread: 'unread' };
    case 'boolean':
      return true;
    case 'int32':
    case 'int64':
      return 1;
    case 'time':
      return '2026-01-31T12:00:00Z';
  }
  return 'list' in shape ? [filled(shape.list, {})] : filled(shape.mapping, {});
}

const metadata = (name: string, more: Json = {}): Json =>
  filled(metadataFields, {
    name,
    namespace: 'evil',
    labels: { 'kubernetes.io/service-name': 'hostile', app: 'x' },
    annotations: { 'control-plane.alpha.kubernetes.io/leader': 'x' },
    ...more,
  });

/** Valid but for fields that the API server does not read, and full to the last field. */
export const fullObjects: Readonly<Record<string, Json>> = {
  Service: filled(serviceFields, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata('hostile', { labels: {}, annotations: {} }),
    spec: filled(serviceSpecFields, {
      type: 'LoadBalancer',
      clusterIP: '172.30.9.9',
      clusterIPs: ['172.30.9.9', 'fd00:10:96::99'],
      ipFamilies: ['IPv4', 'IPv6'],
      ipFamilyPolicy: 'RequireDualStack',
      externalIPs: ['198.51.100.99'],
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: 32099,
      internalTrafficPolicy: 'Local',
      loadBalancerSourceRanges: ['203.0.113.0/24', '2001:db8::/64'],
      ports: [
        filled(servicePortFields, {
          name: 'a',
          port: 80,
          protocol: 'TCP',
          nodePort: 32090,
          targetPort: 8080,
        }),
        { name: 'b', port: 81, protocol: 'UDP', nodePort: 32091, targetPort: 'web' },
      ],
      selector: { app: 'x' },
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } },
      trafficDistribution: 'PreferClose',
      allocateLoadBalancerNodePorts: true,
      publishNotReadyAddresses: false,
    }),
    status: {
      loadBalancer: {
        ingress: [
          filled(ingressFields, { ip: '198.51.100.98', hostname: 'h.example', ipMode: 'VIP' }),
        ],
      },
    },
  }),
  EndpointSlice: filled(endpointSliceFields, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: metadata('hostile-slice'),
    addressType: 'IPv4',
    ports: [filled(endpointPortFields, { name: 'a', port: 8080, protocol: 'TCP' })],
    endpoints: [
      filled(sliceEndpointFields, {
        addresses: ['10.180.9.9'],
        conditions: filled(conditionFields, { ready: true, serving: true, terminating: false }),
        hints: filled(hintFields, { forZones: [{ name: 'z' }], forNodes: [{ name: 'n' }] }),
        nodeName: 'node-a',
      }),
    ],
  }),
  Endpoints: filled(endpointsFields, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: metadata('hostile'),
    subsets: [
      filled(subsetFields, {
        addresses: [filled(endpointAddressFields, { ip: '10.180.9.9', nodeName: 'node-a' })],
        notReadyAddresses: [{ ip: '10.180.9.8' }],
        ports: [filled(endpointPortFields, { name: 'a', port: 8080, protocol: 'TCP' })],
      }),
    ],
  }),
  Node: {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: metadata('node-z', { labels: { 'topology.kubernetes.io/zone': 'z' } }),
    spec: { podCIDR: '10.180.9.0/24', podCIDRs: ['10.180.9.0/24', 'fd00:10:180:9::/64'] },
    status: {
      addresses: [
        { type: 'InternalIP', address: '192.168.0.99' },
        { type: 'ExternalIP', address: '198.51.100.97' },
        { type: 'Hostname', address: 'node-z' },
      ],
    },
  },
  Gadget: {
    apiVersion: 'example.com/v1',
    kind: 'Gadget',
    metadata: metadata('g'),
    spec: { x: [1] },
  },
  List: {
    apiVersion: 'v1',
    kind: 'List',
    metadata: {},
    items: [{ apiVersion: 'v1', kind: 'Pod' }],
  },
};

/** Every way into a value, the way to itself included. */
export function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [path, ...[...keys].flatMap((key) => pathsOf((value as Json)[key], [...path, key]))];
}

/** `value` with what stands at `path` replaced; taken out when `by` is undefined. */
export function replacedAt(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) {
    const entry = replacedAt(value[Number(key)], rest, by);
    return value.flatMap((each, index) =>
      index !== key ? [each] : entry === undefined ? [] : [entry],
    );
  }
  return Object.fromEntries(
    Object.entries(value as Json).flatMap(([name, each]) => {
      const entry = name === key ? replacedAt(each, rest, by) : each;
      return entry === undefined ? [] : [[name, entry]];
    }),
  );
}

/** Values that JSON.stringify cannot write stand in the text by these. */
const deepNesting = '@deep nesting@';
const millionDigits = '@a million digits@';
const infinite = '@beyond a double@';
const twice = '@a key twice@';

const wrongTexts: readonly string[] = [
  '',
  ' ',
  'x',
  'None',
  'tcp',
  '{{ .Values.x }}',
  '{{',
  '\u0000\u001b[2J\u0085\u2028\u202e',
  '\ud800',
  '__proto__',
  'a'.repeat(100_000),
  '203.0.113.10',
  '10.0.0.0/33',
  '10.0.0.0/8,11.0.0.0/8',
  'a-b',
  '-1',
  '80',
  'false',
];

/** What a field may be given that it is not made for; undefined: the field is missing. */
export const wrongValues: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -1,
  1.5,
  80,
  65536,
  1e300,
  ...wrongTexts,
  [],
  {},
  [null],
  [[]],
  ['x', 'x'],
  [{}],
  { x: null },
  deepNesting,
  millionDigits,
  infinite,
  twice,
];

/** JSON text of a value that may hold any of {@link wrongValues}. */
export const wrongJson = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null')
    .replaceAll(`"${deepNesting}"`, `${'['.repeat(20_000)}${']'.repeat(20_000)}`)
    .replaceAll(`"${millionDigits}"`, '9'.repeat(1_000_000))
    .replaceAll(`"${infinite}"`, '1e999')
    .replaceAll(`"${twice}"`, '{"a":1,"a":2}');

/** What stands at `path`. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce((found: unknown, key) => (found as Record<string | number, unknown>)[key], value);
