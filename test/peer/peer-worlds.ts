/**
 * The generated worlds of the other tests, without what only natc knows, and with objects that are rare.
 */
import fc from 'fast-check';
import type {
  EndpointSliceManifest,
  Manifest,
  NodeManifest,
  ServiceManifest,
} from '../oracle/manifest.ts';
import { namespaceOf } from '../oracle/manifest.ts';
import type { NodeRecord, World } from '../oracle/world.ts';
import { worlds } from '../support/worlds.ts';
import { nodePrimary, thisNode } from '../support/worlds-address-plan.ts';
import { packetsOf } from '../support/worlds-packets.ts';
import type { Question } from '../support/worlds-property.ts';
import { withoutUndefined } from '../support/worlds-services.ts';

/** @param isRare whether objects are to be in it that are valid, but that hardly anybody writes */
export const peerQuestions = (packetCount: number, isRare: boolean): fc.Arbitrary<Question> =>
  fc
    .record({
      world: worlds.map(asKubeProxyKnowsIt),
      drawn: fc.array(fc.record({ edit: fc.constantFrom(...rareEdits), number: fc.nat() }), {
        minLength: 3,
        maxLength: 8,
      }),
    })
    .map(({ world, drawn }) =>
      isRare
        ? agreed(drawn.reduce((before, { edit, number }) => edit(before, number), world))
        : world,
    )
    .chain((world) =>
      fc.record({
        world: fc.constant(world),
        packets: fc.array(packetsOf(world), { minLength: packetCount, maxLength: packetCount }),
      }),
    );

/**
 * kube-proxy always has a node name, both families and no other proxy's Services; what natc reads from a
 * Node object goes into the record; and two slices say the same of one endpoint, because which of them
 * counts is not defined in kube-proxy (E9). Loopback node ports are natc's own (ND2).
 */
function asKubeProxyKnowsIt({ objects, node }: World): World {
  const { families: _, serviceProxyName: __, ...record } = node;
  const object = objects.find(
    (each): each is NodeManifest => each.kind === 'Node' && each.metadata.name === node.hostname,
  );
  const known: NodeRecord = {
    ...factsOf(object),
    ...record,
    hostname: thisNode,
    localhostNodePorts: false,
  };
  return agreed({ node: known, objects: objects.filter(({ kind }) => kind !== 'Node') });
}

const agreed = ({ node, objects }: World): World => ({ node, objects: agreeing(objects) });

const zoneLabel = 'topology.kubernetes.io/zone';

function factsOf(node: NodeManifest | undefined): Partial<NodeRecord> {
  const addresses = node?.status?.addresses ?? [];
  return withoutUndefined({
    nodeIPs: addresses.flatMap(({ type, address }) => (type === 'InternalIP' ? [address] : [])),
    podCIDRs: node?.spec?.podCIDRs,
    zone: node?.metadata.labels?.[zoneLabel],
  });
}

const serviceOf = (slice: EndpointSliceManifest): string =>
  `${namespaceOf(slice)}/${slice.metadata.labels?.['kubernetes.io/service-name']}`;

function agreeing(objects: readonly Manifest[]): readonly Manifest[] {
  const slices = objects.filter((object) => object.kind === 'EndpointSlice');
  const withSlices = new Set(slices.map(serviceOf));
  const first = new Map<string, NonNullable<EndpointSliceManifest['endpoints']>[number]>();
  return objects.flatMap((object): Manifest[] => {
    if (object.kind === 'Endpoints') {
      return withSlices.has(`${namespaceOf(object)}/${object.metadata.name}`) ? [] : [object];
    }
    if (object.kind !== 'EndpointSlice') return [object];
    const endpoints = (object.endpoints ?? []).map((endpoint) => {
      const key = `${serviceOf(object)} ${endpoint.addresses?.[0]}`;
      const same = first.get(key) ?? endpoint;
      first.set(key, same);
      return same;
    });
    return [{ ...object, endpoints: [...new Set(endpoints)] }];
  });
}

type Edit = (world: World, drawn: number) => World;
type Spec = ServiceManifest['spec'];

const pick = <T>(from: readonly T[], drawn: number): T | undefined => from[drawn % from.length];

const isServed = (object: Manifest): object is ServiceManifest =>
  object.kind === 'Service' &&
  object.spec.type !== 'ExternalName' &&
  (object.spec.clusterIP ?? 'None') !== 'None';

const replace = (world: World, old: Manifest, made: Manifest): World => ({
  ...world,
  objects: world.objects.map((object) => (object === old ? made : object)),
});

const editService =
  (edit: (service: ServiceManifest, drawn: number) => ServiceManifest): Edit =>
  (world, drawn) => {
    const service = pick(world.objects.filter(isServed), drawn);
    return service === undefined ? world : replace(world, service, edit(service, drawn >> 4));
  };

const editSlice =
  (
    edit: (slice: EndpointSliceManifest, world: World, drawn: number) => EndpointSliceManifest,
  ): Edit =>
  (world, drawn) => {
    const slices = world.objects.filter(
      (object) => object.kind === 'EndpointSlice' && object.addressType !== 'FQDN',
    ) as readonly EndpointSliceManifest[];
    const slice = pick(slices, drawn);
    return slice === undefined ? world : replace(world, slice, edit(slice, world, drawn >> 4));
  };

const withSpec = (service: ServiceManifest, spec: Partial<Spec>): ServiceManifest => ({
  ...service,
  spec: { ...service.spec, ...spec },
});

const withExternalIP = (service: ServiceManifest, ip: string | undefined): ServiceManifest =>
  ip === undefined
    ? service
    : withSpec(service, { externalIPs: [...(service.spec.externalIPs ?? []), ip] });

const clusterIPsOf = ({ spec }: ServiceManifest): readonly string[] =>
  spec.clusterIPs ?? [spec.clusterIP ?? ''];

const vipsOf = ({ status }: ServiceManifest): readonly string[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode }) =>
    ip === undefined || ipMode === 'Proxy' ? [] : [ip],
  );

const withEndpoint = (
  slice: EndpointSliceManifest,
  address: string,
  nodeName: string,
): EndpointSliceManifest =>
  (slice.endpoints ?? []).some(({ addresses = [] }) => addresses.includes(address))
    ? slice
    : {
        ...slice,
        endpoints: [...(slice.endpoints ?? []), { addresses: [address], nodeName }],
      };

const rareEdits: readonly Edit[] = [
  // A Service's own cluster IP among its external IPs (P6).
  editService((service, drawn) => withExternalIP(service, pick(clusterIPsOf(service), drawn))),
  // One external IP twice.
  editService((service) => withExternalIP(service, service.spec.externalIPs?.[0])),
  // An external IP that is a VIP too, and so behind source ranges.
  editService((service, drawn) => withExternalIP(service, pick(vipsOf(service), drawn))),
  // A VIP twice, once as a proxy's.
  editService((service, drawn) => {
    const ip = pick(vipsOf(service), drawn);
    const ingress = service.status?.loadBalancer?.ingress ?? [];
    const again = { ip: ip ?? '', ipMode: drawn % 2 === 0 ? 'Proxy' : 'VIP' };
    return ip === undefined
      ? service
      : { ...service, status: { loadBalancer: { ingress: [...ingress, again] } } };
  }),
  // Source ranges within each other, and twice.
  editService((service) => {
    const { loadBalancerSourceRanges: ranges = [] } = service.spec;
    const more = [...ranges.slice(0, 1), '203.0.113.0/24', '203.0.113.7/24', '2600:5200::/32'];
    return ranges.length === 0
      ? service
      : withSpec(service, { loadBalancerSourceRanges: [...ranges, ...more] });
  }),
  // An endpoint that is a cluster IP (E13).
  editSlice((slice, world, drawn) => {
    const isSix = slice.addressType === 'IPv6';
    const ips = world.objects.filter(isServed).flatMap(clusterIPsOf);
    const ip = pick(
      ips.filter((each) => each.includes(':') === isSix),
      drawn,
    );
    return ip === undefined ? slice : withEndpoint(slice, ip, drawn % 2 === 0 ? thisNode : 'node2');
  }),
  // An endpoint of the node itself that listens on a node port.
  editSlice((slice, world, drawn) => {
    const nodePorts = world.objects
      .filter(isServed)
      .flatMap(({ spec }) => spec.ports ?? [])
      .flatMap(({ nodePort, protocol = 'TCP' }) =>
        nodePort === undefined ? [] : [{ nodePort, protocol }],
      );
    const chosen = pick(nodePorts, drawn);
    if (chosen === undefined) return slice;
    const address = nodePrimary[slice.addressType === 'IPv6' ? 'IPv6' : 'IPv4'];
    const ports = (slice.ports ?? []).map((port) =>
      port.protocol === chosen.protocol && port.port !== undefined
        ? { ...port, port: chosen.nodePort }
        : port,
    );
    return { ...withEndpoint(slice, address, thisNode), ports };
  }),
];
