/**
 * Worlds that the API server would refuse, but that kube-proxy reads all the same: what docs/rules.md
 * says of such fields has to hold under `--validate warn`.
 */
import fc from 'fast-check';
import type { Manifest, ServiceManifest } from '../oracle/manifest.ts';
import type { World } from '../oracle/world.ts';
import { worlds } from './worlds.ts';
import { withoutUndefined } from './worlds-services.ts';

/** @param turn tells the changes of one world apart, so that none claims what another has. */
type Irregularity = (service: ServiceManifest, turn: number) => ServiceManifest;

type Spec = ServiceManifest['spec'];
/** Fields to set, or to take away. */
type Changes = { readonly [K in keyof Spec]?: Spec[K] | undefined };

const withSpec =
  (change: (spec: Spec, turn: number) => Changes): Irregularity =>
  (service, turn) =>
    withoutUndefined({ ...service, spec: { ...service.spec, ...change(service.spec, turn) } });

const withNodePorts = (ports: NonNullable<Spec['ports']>, turn: number): Spec['ports'] =>
  ports.map((port, index) => ({ ...port, nodePort: port.nodePort ?? 32100 + 10 * turn + index }));

const irregularities: Readonly<Record<string, Irregularity>> = {
  'policy Local where it does not count (F7)': withSpec(({ ports = [] }, turn) => ({
    type: 'ClusterIP',
    externalIPs: undefined,
    externalTrafficPolicy: 'Local',
    ports: withNodePorts(ports, turn),
  })),
  'node ports on any type (F3)': withSpec(({ ports = [] }, turn) => ({
    ports: withNodePorts(ports, turn),
  })),
  'ingress on any type (L1)': (service, turn) => ({
    ...service,
    status: {
      loadBalancer: {
        ingress: [{ ip: `1.2.3.${100 + turn}` }, { ip: `2001:db8:aa::${100 + turn}` }],
      },
    },
  }),
  'source ranges on any type (R5)': withSpec(() => ({
    loadBalancerSourceRanges: ['203.0.113.0/25'],
  })),
  'cluster IP not allocated yet (S1)': withSpec(() => ({ clusterIP: '', clusterIPs: undefined })),
  'stale cluster IP of an ExternalName (S2)': withSpec(({ clusterIP }) => ({
    type: 'ExternalName',
    externalName: 'db.example.com',
    clusterIP: clusterIP ?? '172.30.0.200',
  })),
  'cluster IPs without families (S5)': withSpec(() => ({
    ipFamilies: undefined,
    ipFamilyPolicy: undefined,
  })),
  'leading zeros (F15)': withSpec(({ clusterIP, clusterIPs, externalIPs }) => ({
    clusterIP: sloppy(clusterIP ?? ''),
    clusterIPs: clusterIPs?.map(sloppy),
    externalIPs: externalIPs?.map(sloppy),
    loadBalancerSourceRanges: ['203.0.113.000/025', '2600:5200:0:0::/33'],
  })),
  'no health check node port': withSpec(() => ({ healthCheckNodePort: undefined })),
};

const sloppy = (address: string): string =>
  address.includes(':') || address === ''
    ? address.toUpperCase()
    : address.replace(/\d+/g, (octet) => octet.padStart(3, '0'));

export const irregularWorlds: fc.Arbitrary<World> = fc
  .record({
    world: worlds,
    drawn: fc.array(
      fc.record({
        service: fc.nat({ max: 9 }),
        irregularity: fc.constantFrom(...Object.keys(irregularities)),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ world, drawn }) => {
    const objects: Manifest[] = [...world.objects];
    for (const [turn, { service, irregularity }] of drawn.entries()) {
      const places = [...objects.keys()].filter((place) => objects[place]?.kind === 'Service');
      const place = places[service % places.length];
      if (place === undefined) continue;
      const change = irregularities[irregularity] as Irregularity;
      objects[place] = change(objects[place] as ServiceManifest, turn);
    }
    return { ...world, objects };
  });
