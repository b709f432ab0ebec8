/** Edits of manifests as people and tools make them: some change what packets see, some only move or spell out what is there. */
import fc from 'fast-check';
import type { Manifest } from '../oracle/manifest.ts';
import type { World } from '../oracle/world.ts';
import { shuffled } from './worlds.ts';

// biome-ignore lint/suspicious/noExplicitAny: the objects are edited as JSON, whatever they are.
type Json = any;

type Edit = (objects: Json[], drawn: number) => void;

const pick = <T>(list: readonly T[], drawn: number): T | undefined => list[drawn % list.length];

const ofKind = (objects: Json[], kind: string): Json[] =>
  objects.filter((object) => object.kind === kind);

const served = (objects: Json[]): Json[] =>
  ofKind(objects, 'Service').filter(({ spec }) => spec.type !== 'ExternalName');

const swap = (objects: readonly Json[], drawn: number, field: string): void => {
  const having = objects.filter((object) => object[field] !== undefined);
  const [a, b] = [pick(having, drawn), pick(having, Math.floor(drawn / 7))];
  if (a === undefined || b === undefined) return;
  [a[field], b[field]] = [b[field], a[field]];
};

const ports = (objects: Json[]): Json[] => served(objects).flatMap(({ spec }) => spec.ports ?? []);

const endpointsOf = (objects: Json[]): Json[] =>
  ofKind(objects, 'EndpointSlice').flatMap(({ endpoints }) => endpoints ?? []);

/** What packets may see. */
const real: readonly Edit[] = [
  // A slice becomes that of another Service, or of none.
  (objects, drawn) => {
    const slice = pick(ofKind(objects, 'EndpointSlice'), drawn);
    const service = pick(served(objects), Math.floor(drawn / 5));
    if (slice?.metadata.labels === undefined || service === undefined) return;
    if (slice.metadata.namespace !== service.metadata.namespace) return;
    slice.metadata.labels['kubernetes.io/service-name'] = service.metadata.name;
  },
  (objects, drawn) => {
    const slice = pick(ofKind(objects, 'EndpointSlice'), drawn);
    if (slice !== undefined) slice.metadata.name = `${slice.metadata.name}-renamed`;
  },
  // An endpoint moves from one slice to another.
  (objects, drawn) => {
    const slices = ofKind(objects, 'EndpointSlice').filter(
      ({ endpoints }) => (endpoints ?? []).length > 0,
    );
    const [from, to] = [pick(slices, drawn), pick(slices, Math.floor(drawn / 3))];
    if (from === undefined || from === to || from.addressType !== to.addressType) return;
    to.endpoints.push(...from.endpoints.splice(drawn % from.endpoints.length, 1));
  },
  (objects, drawn) => swap(ports(objects), drawn, 'nodePort'),
  (objects, drawn) => swap(pick(served(objects), drawn)?.spec.ports ?? [], drawn, 'port'),
  (objects, drawn) => {
    const slice = pick(ofKind(objects, 'EndpointSlice'), drawn);
    const port = pick<Json>(slice?.ports ?? [], drawn);
    if (port?.port !== undefined) port.port += 1000;
  },
  (objects, drawn) => {
    const slice = pick(ofKind(objects, 'EndpointSlice'), drawn);
    const port = pick<Json>(slice?.ports ?? [], drawn);
    if (port !== undefined) port.name = 'renamed';
  },
  (objects, drawn) => swap(endpointsOf(objects), drawn, 'nodeName'),
  (objects, drawn) => swap(endpointsOf(objects), drawn, 'hints'),
  (objects, drawn) => swap(endpointsOf(objects), drawn, 'conditions'),
  (objects, drawn) => swap(endpointsOf(objects), drawn, 'addresses'),
  (objects, drawn) => {
    const endpoint = pick(endpointsOf(objects), drawn);
    if (endpoint?.nodeName !== undefined) delete endpoint.nodeName;
  },
  (objects, drawn) => {
    const [a, b] = [pick(served(objects), drawn), pick(served(objects), Math.floor(drawn / 7))];
    if (a === undefined || a.spec.clusterIP === 'None' || b.spec.clusterIP === 'None') return;
    if (JSON.stringify(a.spec.ipFamilies) !== JSON.stringify(b.spec.ipFamilies)) return;
    swap([a.spec, b.spec], 7, 'clusterIP');
    swap([a.spec, b.spec], 7, 'clusterIPs');
  },
  (objects, drawn) => {
    const balanced = served(objects).filter(({ status }) => status?.loadBalancer?.ingress);
    swap(balanced, drawn, 'status');
  },
  (objects, drawn) => {
    const service = pick(served(objects), drawn);
    if (service !== undefined) service.spec.sessionAffinity = 'ClientIP';
  },
  (objects, drawn) => {
    const service = pick(served(objects), drawn);
    if (service?.spec.ports === undefined || service.spec.ports.length < 2) return;
    service.spec.ports.splice(drawn % service.spec.ports.length, 1);
  },
];

const write = (object: Json, field: string, value: unknown): void => {
  if (object[field] === undefined) object[field] = value;
};

/** What no packet sees: another order, defaults that are written, what natc does not read. */
const empty: readonly Edit[] = [
  (objects, drawn) => {
    for (const { spec, status } of ofKind(objects, 'Service'))
      for (const list of [spec.ports, spec.externalIPs, status?.loadBalancer?.ingress])
        list?.splice(0, list.length, ...shuffled(list, drawn));
  },
  (objects, drawn) => {
    for (const { spec } of ofKind(objects, 'Service'))
      spec.loadBalancerSourceRanges &&= shuffled(spec.loadBalancerSourceRanges, drawn);
  },
  (objects, drawn) => {
    for (const slice of ofKind(objects, 'EndpointSlice')) {
      slice.ports &&= shuffled(slice.ports, drawn);
      const all: Json[] = (slice.endpoints ?? []).flatMap(({ addresses }: Json) => addresses);
      // Of endpoints with one address it counts which comes first.
      if (new Set(all).size === all.length) slice.endpoints &&= shuffled(slice.endpoints, drawn);
    }
  },
  (objects) => {
    for (const { spec } of served(objects)) {
      write(spec, 'sessionAffinity', 'None');
      write(spec, 'type', 'ClusterIP');
      write(spec, 'publishNotReadyAddresses', false);
      write(spec, 'internalTrafficPolicy', 'Cluster');
      for (const port of spec.ports ?? []) {
        write(port, 'protocol', 'TCP');
        write(port, 'targetPort', port.port);
      }
    }
  },
  (objects) => {
    for (const endpoint of endpointsOf(objects)) write(endpoint, 'conditions', { ready: true });
    for (const slice of ofKind(objects, 'EndpointSlice'))
      for (const port of slice.ports ?? []) write(port, 'protocol', 'TCP');
  },
  (objects) => {
    for (const { spec } of served(objects)) {
      if (spec.internalTrafficPolicy === 'Cluster') delete spec.internalTrafficPolicy;
      if (spec.externalTrafficPolicy === 'Cluster') delete spec.externalTrafficPolicy;
      for (const port of spec.ports ?? []) if (port.protocol === 'TCP') delete port.protocol;
    }
  },
  (objects) => {
    for (const { spec } of served(objects)) {
      if (spec.sessionAffinity !== 'ClientIP') continue;
      write(spec, 'sessionAffinityConfig', { clientIP: { timeoutSeconds: 10800 } });
    }
  },
  (objects, drawn) => {
    for (const { metadata } of objects) {
      metadata.annotations = { ...metadata.annotations, 'example.com/seen': String(drawn) };
      metadata.labels = { ...metadata.labels, team: 'shop' };
      metadata.resourceVersion = String(drawn);
    }
  },
  (objects) => {
    for (const { metadata } of ofKind(objects, 'EndpointSlice'))
      metadata.annotations = {
        ...metadata.annotations,
        'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T00:00:00Z',
      };
  },
  (objects, drawn) => {
    for (const endpoint of endpointsOf(objects)) {
      endpoint.targetRef = { kind: 'Pod', name: `pod-${drawn}` };
      write(endpoint, 'zone', 'zone-x');
    }
  },
  (objects, drawn) => objects.splice(0, objects.length, ...shuffled(objects, drawn)),
];

const drawnEdits = (edits: readonly Edit[], maxLength: number) =>
  fc.array(fc.record({ edit: fc.constantFrom(...edits), drawn: fc.nat() }), { maxLength });

export type Edits = (world: World) => World;

/** What somebody makes of a world in one pull request, beside other edits. The result need not be valid. */
export const manifestEdits: fc.Arbitrary<Edits> = fc
  .tuple(drawnEdits(real, 2), drawnEdits(empty, 4))
  .map((lists) => (world: World): World => {
    const objects = JSON.parse(JSON.stringify(world.objects)) as Json[];
    for (const { edit, drawn } of lists.flat()) edit(objects, drawn);
    return { ...world, objects: objects as Manifest[] };
  });
