/** Sections 2 and 3: which Services are compiled, and what each of their fields does. */
import type { IpFamily, Protocol } from '../../src/net/family.ts';
import { type Ip, type Network, parseIp, parseNetwork } from './ip.ts';
import { labelOf, type Manifest, type ServiceManifest } from './manifest.ts';
import type { World } from './world.ts';

const serviceProxyName = 'service.kubernetes.io/service-proxy-name';
const headlessLabel = 'service.kubernetes.io/headless';

/** One entry of `spec.ports` of one Service, for one family (0.2). */
export interface ServicePort {
  readonly service: ServiceManifest;
  readonly clusterIP: Ip;
  readonly portName: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** 0: none. */
  readonly nodePort: number;
  readonly externalIPs: readonly Ip[];
  readonly vips: readonly Ip[];
  /** F6, of this family; empty: no firewall (R4). */
  readonly sourceRanges: readonly Network[];
  readonly externalLocal: boolean;
  readonly internalLocal: boolean;
  readonly reachableFromOutside: boolean;
  readonly usesClusterSet: boolean;
  readonly usesLocalSet: boolean;
}

/** S4: the label hides slices only. */
export const isVisibleSlice = (slice: Manifest): boolean =>
  labelOf(slice, headlessLabel) === undefined;

/** S3, for Services only. With `--service-proxy-name` natc is the proxy of that name. */
export const isLeftToAnotherProxy = (world: World, object: Manifest): boolean =>
  labelOf(object, serviceProxyName) !== world.node.serviceProxyName;

export function servicePortsOf(world: World, family: IpFamily): readonly ServicePort[] {
  return world.objects
    .filter((object) => object.kind === 'Service')
    .filter((service) => !isLeftToAnotherProxy(world, service))
    .flatMap((service) => portsOfService(service, family));
}

function portsOfService(service: ServiceManifest, family: IpFamily): readonly ServicePort[] {
  const { spec } = service;
  if (spec.type === 'ExternalName') return []; // S2
  const clusterIP = clusterIPOf(service, family);
  if (clusterIP === undefined) return []; // S1, S5
  const externalIPs = ofFamily(spec.externalIPs ?? [], family); // F4
  const vips = vipsOf(service, family);
  const sourceRanges = (spec.loadBalancerSourceRanges ?? [])
    .map(parseNetwork) // R1, R2
    .filter((range) => range !== undefined)
    .filter((range) => range.family === family); // R3
  const externalLocal = isExternalLocal(service);
  const internalLocal = spec.internalTrafficPolicy === 'Local'; // F8, D1
  return (spec.ports ?? []).map((port) => {
    const nodePort = port.nodePort ?? 0; // F3, F13
    const reachableFromOutside = nodePort !== 0 || externalIPs.length > 0 || vips.length > 0; // F16
    return {
      service,
      clusterIP,
      portName: port.name ?? '',
      protocol: (port.protocol ?? 'TCP') as Protocol, // D1
      port: port.port,
      nodePort,
      externalIPs,
      vips,
      sourceRanges,
      externalLocal,
      internalLocal,
      reachableFromOutside,
      usesClusterSet: !internalLocal || reachableFromOutside, // F17
      usesLocalSet: internalLocal || (externalLocal && reachableFromOutside), // F18
    };
  });
}

/** S5, with D2 and D7. `None` and the empty string are no addresses (S1). */
export function clusterIPOf(service: ServiceManifest, family: IpFamily): Ip | undefined {
  const { clusterIP = '', ipFamilies = [] } = service.spec;
  const clusterIPs = service.spec.clusterIPs ?? [clusterIP];
  const isNamed = ipFamilies.includes(family);
  // D7: the families go on with those of the addresses that are left.
  if (!isNamed) return ofFamily(clusterIPs.slice(ipFamilies.length), family)[0];
  return ofFamily([clusterIPs[ipFamilies.indexOf(family)] ?? ''], family)[0];
}

/** F5 L1-L5, D3. */
function vipsOf(service: ServiceManifest, family: IpFamily): readonly Ip[] {
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  const vips = ingress.filter((entry) => (entry.ipMode ?? 'VIP') === 'VIP');
  return ofFamily(
    vips.map((entry) => entry.ip ?? ''),
    family,
  );
}

/** F7: the policy counts only where the specification makes the Service externally accessible. */
function isExternalLocal(service: ServiceManifest): boolean {
  const { type = 'ClusterIP', externalIPs = [], externalTrafficPolicy } = service.spec;
  const accessible =
    type === 'LoadBalancer' ||
    type === 'NodePort' ||
    (type === 'ClusterIP' && externalIPs.length > 0);
  return accessible && externalTrafficPolicy === 'Local';
}

const ofFamily = (texts: readonly string[], family: IpFamily): readonly Ip[] =>
  texts
    .map(parseIp)
    .filter((ip) => ip !== undefined)
    .filter((ip) => ip.family === family);

/** ND4: addresses of Services left to another proxy, which K2 does not cover. */
export function otherProxyClusterIPs(world: World): readonly Ip[] {
  return world.objects
    .filter((object) => object.kind === 'Service')
    .filter((service) => isLeftToAnotherProxy(world, service))
    .flatMap((service) => [service.spec.clusterIP ?? '', ...(service.spec.clusterIPs ?? [])])
    .map(parseIp)
    .filter((ip) => ip !== undefined);
}
