/** Section 4: from slices and Endpoints objects to the merged endpoint list of a service port. */
import type { IpFamily, Protocol } from '../../src/net/family.ts';
import { type Ip, ipPort, parseIp } from './ip.ts';
import {
  type EndpointAddressManifest,
  type EndpointSliceManifest,
  type EndpointsManifest,
  labelOf,
  type Manifest,
  namespaceOf,
  type ServiceManifest,
  type SliceEndpointManifest,
} from './manifest.ts';
import { isVisibleSlice, type ServicePort } from './service-ports.ts';
import type { World } from './world.ts';

const serviceNameLabel = 'kubernetes.io/service-name';
const skipMirrorLabel = 'endpointslice.kubernetes.io/skip-mirror';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';

export interface Endpoint {
  readonly ip: Ip;
  readonly port: number;
  /** `ip:port` (E7) */
  readonly key: string;
  readonly nodeName: string | undefined;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
}

/** E9, E10. */
export function endpointsOf(world: World, port: ServicePort): readonly Endpoint[] {
  const merged = new Map<string, Endpoint>();
  for (const slice of slicesOf(world, port.service, port.clusterIP.family)) {
    for (const endpoint of matchingEndpoints(slice, port)) {
      if (!merged.has(endpoint.key) || !endpoint.terminating) merged.set(endpoint.key, endpoint);
    }
  }
  return [...merged.values()].sort((a, b) => compareBytes(a.key, b.key));
}

const compareBytes = (a: string, b: string): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The slices of a Service in slice name order (E9). */
function slicesOf(
  world: World,
  service: ServiceManifest,
  family: IpFamily,
): readonly EndpointSliceManifest[] {
  const all = world.objects
    .filter((object) => object.kind === 'EndpointSlice')
    .filter((slice) => belongsTo(slice, service)); // E1
  // An Endpoints object is only the mirror of slices where there are any (issue "The compiler").
  const slices = all.length > 0 ? all : mirroredSlices(world, service);
  return slices
    .filter(isVisibleSlice) // S4
    .filter((slice) => slice.addressType === family) // E2
    .sort((a, b) => compareBytes(a.metadata.name, b.metadata.name));
}

const belongsTo = (slice: EndpointSliceManifest, service: ServiceManifest): boolean =>
  namespaceOf(slice) === namespaceOf(service) &&
  labelOf(slice, serviceNameLabel) === service.metadata.name;

/** E3: what the mirroring controller would make of the Endpoints object of the Service's name. */
function mirroredSlices(world: World, service: ServiceManifest): readonly EndpointSliceManifest[] {
  if (Object.keys(service.spec.selector ?? {}).length > 0) return [];
  return world.objects
    .filter((object) => object.kind === 'Endpoints')
    .filter((object) => sameName(object, service))
    .filter((object) => labelOf(object, skipMirrorLabel) !== 'true')
    .filter((object) => object.metadata.annotations?.[leaderAnnotation] === undefined)
    .flatMap(mirror);
}

const sameName = (a: Manifest, b: Manifest): boolean =>
  namespaceOf(a) === namespaceOf(b) && a.metadata.name === b.metadata.name;

/** One slice per subset and family; the controller copies the labels of the Endpoints object. */
function mirror(object: EndpointsManifest): readonly EndpointSliceManifest[] {
  const families: readonly IpFamily[] = ['IPv4', 'IPv6'];
  return (object.subsets ?? []).flatMap((subset, index) =>
    families.map((family) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...object.metadata, name: `${object.metadata.name}-${1000 + index}` },
      addressType: family,
      endpoints: [
        ...mirrorAddresses(subset.addresses ?? [], family, true),
        ...mirrorAddresses(subset.notReadyAddresses ?? [], family, false),
      ],
      ports: subset.ports ?? [],
    })),
  );
}

const mirrorAddresses = (
  addresses: readonly EndpointAddressManifest[],
  family: IpFamily,
  ready: boolean,
): readonly SliceEndpointManifest[] =>
  addresses
    .filter((address) => parseIp(address.ip)?.family === family)
    .slice(0, 1000)
    .map(({ ip, nodeName }) => ({
      addresses: [ip],
      conditions: { ready },
      ...(nodeName === undefined ? {} : { nodeName }),
    }));

/** F2, D4: joined by port name and protocol; E4: every non-zero number of that name. */
function matchingEndpoints(
  slice: EndpointSliceManifest,
  { portName, protocol }: { readonly portName: string; readonly protocol: Protocol },
): readonly Endpoint[] {
  return (slice.ports ?? [])
    .filter((port) => (port.name ?? '') === portName && (port.protocol ?? 'TCP') === protocol)
    .map((port) => port.port ?? 0)
    .filter((port) => port !== 0)
    .flatMap((port) =>
      (slice.endpoints ?? [])
        .map((endpoint) => readEndpoint(endpoint, port))
        .filter((endpoint) => endpoint !== undefined),
    );
}

/** E5 first address only; E6 conditions as they stand; E11 hints. */
function readEndpoint(endpoint: SliceEndpointManifest, port: number): Endpoint | undefined {
  const ip = parseIp(endpoint.addresses?.[0] ?? '');
  if (ip === undefined) return undefined;
  return {
    ip,
    port,
    key: ipPort(ip, port),
    nodeName: endpoint.nodeName,
    ready: endpoint.conditions?.ready ?? true,
    serving: endpoint.conditions?.serving ?? true,
    terminating: endpoint.conditions?.terminating ?? false,
    zoneHints: (endpoint.hints?.forZones ?? []).map((hint) => hint.name),
    nodeHints: (endpoint.hints?.forNodes ?? []).map((hint) => hint.name),
  };
}
