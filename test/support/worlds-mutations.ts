/** Neighbours of a generated world: one to three small edits, as a pull request makes them. */
import fc from 'fast-check';
import type { Manifest, ServiceManifest } from '../oracle/manifest.ts';
import type { World } from '../oracle/world.ts';
import { worlds } from './worlds.ts';

type Edit = (world: World, drawn: number) => World;

const replaceObject = (world: World, index: number, objects: readonly Manifest[]): World => ({
  ...world,
  objects: [...world.objects.slice(0, index), ...objects, ...world.objects.slice(index + 1)],
});

const pick = <T>(list: readonly T[], drawn: number): T => list[drawn % list.length] as T;

/** Edits the spec of a Service that keeps its type and ports, so that the world stays valid. */
const editService =
  (
    edit: (spec: ServiceManifest['spec'], drawn: number) => Partial<ServiceManifest['spec']>,
    isMeant: (service: ServiceManifest) => boolean = () => true,
  ): Edit =>
  (world, drawn) => {
    const services = world.objects.flatMap((object, index) =>
      object.kind === 'Service' && object.spec.type !== 'ExternalName' && isMeant(object)
        ? [{ object, index }]
        : [],
    );
    if (services.length === 0) return world;
    const { object, index } = pick(services, drawn);
    const changed = { ...object, spec: { ...object.spec, ...edit(object.spec, drawn) } };
    return replaceObject(world, index, [JSON.parse(JSON.stringify(changed)) as Manifest]);
  };

const editSlice: Edit = (world, drawn) => {
  const slices = world.objects.flatMap((object, index) =>
    object.kind === 'EndpointSlice' && (object.endpoints ?? []).length > 0
      ? [{ object, index }]
      : [],
  );
  if (slices.length === 0) return world;
  const { object, index } = pick(slices, drawn);
  const endpoints = object.endpoints ?? [];
  const at = drawn % endpoints.length;
  const isRemoval = drawn % 3 === 0;
  const edited = isRemoval
    ? endpoints.filter((_, i) => i !== at)
    : endpoints.map((endpoint, i) =>
        i === at
          ? { ...endpoint, conditions: { ready: endpoint.conditions?.ready === false } }
          : endpoint,
      );
  return replaceObject(world, index, [{ ...object, endpoints: edited }]);
};

const editNode =
  (edit: (node: World['node'], drawn: number) => Partial<World['node']>): Edit =>
  (world, drawn) => ({ ...world, node: { ...world.node, ...edit(world.node, drawn) } });

const editSourceRanges = editService(
  ({ loadBalancerSourceRanges = [] }, drawn) => ({
    loadBalancerSourceRanges:
      loadBalancerSourceRanges.length === 0
        ? [pick(['10.0.0.0/8', '203.0.113.0/25', '2600:5200::/33'], drawn)]
        : [...loadBalancerSourceRanges, '198.51.100.0/24', '2600:5200:8000::/34'],
  }),
  ({ spec, status }) =>
    spec.type === 'LoadBalancer' && (status?.loadBalancer?.ingress ?? []).length > 0,
);

const edits: readonly Edit[] = [
  editSlice,
  editSlice,
  editSlice,
  (world, drawn) => replaceObject(world, drawn % world.objects.length, []),
  editService(({ sessionAffinity }) =>
    sessionAffinity === 'ClientIP'
      ? { sessionAffinity: 'None', sessionAffinityConfig: undefined as never }
      : { sessionAffinity: 'ClientIP' },
  ),
  editSourceRanges,
  editSourceRanges,
  // Another node's name: other endpoints are local, and other ones may reach themselves.
  editNode((_, drawn) => ({ hostname: pick(['node-b', 'node-c', 'nowhere'], drawn) })),
  editService(({ internalTrafficPolicy }) => ({
    internalTrafficPolicy: internalTrafficPolicy === 'Local' ? 'Cluster' : 'Local',
  })),
  editService(({ externalTrafficPolicy, healthCheckNodePort }) =>
    externalTrafficPolicy === undefined || healthCheckNodePort !== undefined
      ? {}
      : { externalTrafficPolicy: 'Cluster' },
  ),
  editService(({ externalIPs = [], externalTrafficPolicy }) =>
    externalIPs.length > 0 && externalTrafficPolicy === undefined
      ? { externalIPs: externalIPs.slice(1) }
      : {},
  ),
  editNode(({ masqueradeAll }) => ({ masqueradeAll: !masqueradeAll })),
  editNode((_, drawn) => ({
    nodePortAddresses: pick([[], ['192.168.0.0/24'], ['127.0.0.0/8'], ['::/0']], drawn),
  })),
  editNode((_, drawn) => ({
    serviceCIDRs: pick([[], ['172.30.0.0/16'], ['172.30.0.0/24', 'fd00:172:30::/112']], drawn),
  })),
  editNode((_, drawn) => ({
    detectLocalMode: 'ClusterCIDR' as const,
    clusterCIDRs: pick([['10.0.0.0/8', 'fd00:10::/64'], ['10.180.0.0/16'], []], drawn),
  })),
  (world) => ({ ...world, objects: [...world.objects].reverse() }),
];

/** A world and its neighbour; both valid, on the same node. */
export const neighbours: fc.Arbitrary<{ readonly before: World; readonly after: World }> = fc
  .record({
    before: worlds,
    chosen: fc.array(fc.record({ edit: fc.constantFrom(...edits), drawn: fc.nat() }), {
      minLength: 1,
      maxLength: 3,
    }),
  })
  .map(({ before, chosen }) => ({
    before,
    after: chosen.reduce((world, { edit, drawn }) => edit(world, drawn), before),
  }))
  .filter(({ after }) => after.objects.length > 0);
