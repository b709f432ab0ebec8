/** Objects of a cluster as short as a test wants them, and what the plan stage makes of them. */
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import type { Place } from '../../src/diagnostics/place.ts';
import { buildModel } from '../../src/model/model.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { FamilyPlan, Frontend, Plan, ServicePortPlan } from '../../src/plan/plan.ts';
import { objectOf } from './objects.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A ClusterIP Service `default/web` with the TCP port `http` 80, and whatever `spec` changes. */
export const service = (spec: Fields = {}, more: Fields = {}): Fields => {
  const { name = 'web', namespace = 'default', labels = {}, status = {}, createdAt } = more;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels, creationTimestamp: createdAt },
    spec: {
      clusterIP: '172.30.0.41',
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      ...spec,
    },
    status,
  };
};

/** `status` of a Service with these load-balancer IPs. */
export const ingress = (...ips: readonly string[]): Fields => ({
  loadBalancer: { ingress: ips.map((ip) => ({ ip })) },
});

/** An EndpointSlice of `default/web` with the port `http` 8080. */
export const slice = (endpoints: readonly unknown[], more: Fields = {}): Fields => {
  const { name = 'web-1', namespace = 'default', of = 'web', labels = {}, ...fields } = more;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      namespace,
      labels: { 'kubernetes.io/service-name': of, ...(labels as object) },
    },
    addressType: 'IPv4',
    endpoints,
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    ...fields,
  };
};

/** An endpoint of a slice. */
export const at = (address: string, more: Fields = {}): Fields => ({
  addresses: [address],
  ...more,
});

/** Ready endpoints without node names. */
export const ready = (...addresses: readonly string[]): readonly Fields[] =>
  addresses.map((address) => at(address));

/** An Endpoints object `default/web`. */
export const endpoints = (subsets: readonly unknown[], metadata: Fields = {}): Fields => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'web', namespace: 'default', ...metadata },
  subsets,
});

export const node = (name: string, more: Fields = {}): Fields => {
  const { labels = {}, podCIDRs = [], addresses = [] } = more;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { podCIDRs },
    status: {
      addresses: (addresses as string[]).map((address) => ({ type: 'InternalIP', address })),
    },
  };
};

export interface Planned {
  readonly plan: Plan;
  readonly IPv4: FamilyPlan;
  readonly IPv6: FamilyPlan;
  /** Those of the plan stage. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles objects up to the plan, as `--validate warn` does. */
export function planned(
  objects: readonly Fields[],
  options: Partial<CompileOptions> = {},
  optionPlaces: ReadonlyMap<keyof CompileOptions, Place> = new Map(),
): Planned {
  const { cluster, settings } = buildModel(
    objects.map((each) => objectOf(each)),
    {
      ...defaultOptions,
      validate: 'warn',
      serviceNodePortRange: { first: 1, last: 65535 },
      ...options,
    },
  );
  const { plan, diagnostics } = buildPlan(cluster, settings, optionPlaces);
  const [IPv4, IPv6] = plan.families as [FamilyPlan, FamilyPlan];
  return { plan, IPv4, IPv6, diagnostics };
}

/** The one ServicePort of `objects` in IPv4. */
export const onlyPort = (
  objects: readonly Fields[],
  options: Partial<CompileOptions> = {},
): ServicePortPlan => {
  const [servicePort, ...others] = planned(objects, options).IPv4.servicePorts;
  if (servicePort === undefined || others.length > 0) throw new Error('not one ServicePort');
  return servicePort;
};

/** `kind address:port verdict` of each frontend. */
export const shown = (servicePort: ServicePortPlan): readonly string[] =>
  servicePort.frontends.map(
    (frontend) => `${frontend.kind} ${destination(frontend)} ${frontend.verdict.kind}`,
  );

const destination = (frontend: Frontend): string =>
  frontend.kind === 'node-port' ? `${frontend.port}` : `${frontend.address}:${frontend.port}`;

export const addressesOf = (list: ServicePortPlan['clusterEndpoints']): readonly string[] =>
  list.map((endpoint) => endpoint.address);
