/**
 * What ties Services to each other: two that claim the same destination settle it between them (ND11), and
 * what is said of an address depends on whose it is. All else of a Service is its own affair.
 */
import type { Cluster, Service } from '../model/cluster.ts';
import { indexEndpointSources } from '../plan/endpoint-sources.ts';
import { isStarving } from '../plan/strays.ts';

export interface Ties {
  /** Destinations: who shares one is told together. */
  readonly claims: readonly string[];
  /** Addresses that are the Service's, for all who use one as theirs or as an endpoint; and that it has no endpoints. */
  readonly owns: readonly string[];
  /** Addresses it uses, whoever owns them; and where it looks for Services without endpoints. */
  readonly uses: readonly string[];
}

export const noTies: Ties = { claims: [], owns: [], uses: [] };

/**
 * The ties of a Service and of what belongs to it.
 *
 * @param cluster with its objects
 * @param nodeAddresses where a Service's port may be another one's node port (P12)
 */
export function tiesOf(
  {
    services,
    endpointSlices,
    endpoints,
  }: Pick<Cluster, 'services' | 'endpointSlices' | 'endpoints'>,
  nodeAddresses: ReadonlySet<string>,
): Ties {
  const part = { services, endpointSlices, endpoints };
  return {
    claims: [...new Set(services.flatMap((service) => claimsOf(service, nodeAddresses)))],
    owns: [
      ...new Set(
        services.flatMap(({ clusterIPs, ingress }) => [
          ...clusterIPs.filter((address) => address !== 'None'),
          ...ingress.flatMap(({ ip }) => ip ?? []),
        ]),
      ),
      ...starvingIn(part),
    ],
    uses: [
      ...new Set([
        ...straysIn(part),
        ...services.flatMap(({ externalIPs }) => externalIPs),
        ...endpointSlices.flatMap((slice) => slice.endpoints.flatMap(({ addresses }) => addresses)),
        ...endpoints.flatMap(({ subsets }) =>
          subsets.flatMap(({ addresses, notReadyAddresses }) =>
            [...addresses, ...notReadyAddresses].map(({ ip }) => ip),
          ),
        ),
      ]),
    ],
  };
}

type Part = Pick<Cluster, 'services' | 'endpointSlices' | 'endpoints'>;

/** Where objects without a Service are told of that a Service without endpoints may be meant (NATC3041). */
const placesOf = (namespace: string, name: string | undefined): readonly string[] => [
  `starving in ${namespace}`,
  ...(name === undefined ? [] : [`starving ${name}`]),
];

function starvingIn(part: Part): readonly string[] {
  if (part.services.length === 0) return [];
  const sources = indexEndpointSources(part);
  return part.services
    .filter((service) => isStarving(sources, service))
    .flatMap(({ namespace, name }) => placesOf(namespace, name));
}

const straysIn = ({ services, endpointSlices, endpoints }: Part): readonly string[] =>
  services.length > 0
    ? []
    : [
        ...endpointSlices.flatMap((slice) => placesOf(slice.namespace, slice.serviceName)),
        ...endpoints.flatMap(({ namespace, name }) => placesOf(namespace, name)),
      ];

function claimsOf(service: Service, nodeAddresses: ReadonlySet<string>): readonly string[] {
  const { clusterIPs, ports, externalIPs, ingress, healthCheckNodePort } = service;
  const own = clusterIPs.filter((address) => address !== 'None');
  const outer = [...externalIPs, ...ingress.flatMap(({ ip }) => ip ?? [])];
  const isAtNode = outer.some((address) => nodeAddresses.has(address));
  const numbers = [
    healthCheckNodePort,
    ...ports.flatMap(({ nodePort, port }) => (isAtNode ? [nodePort, port] : [nodePort])),
  ];
  return [
    ...own,
    ...[...own, ...outer].flatMap((address) => ports.map(({ port }) => `${address} ${port}`)),
    ...numbers.filter((number) => number !== 0).map(String),
  ];
}

/**
 * The groups that have to be compiled together with some others: with whom these settle something, whose
 * addresses they use, and who uses addresses that they came to own or own no longer.
 *
 * @param groups all that are known
 * @param asked each with its ties before and now; undefined for a group that is new, gone or not read yet
 */
export function tiedTo(
  groups: ReadonlyMap<string, { readonly ties: Ties }>,
  asked: Iterable<readonly [before: Ties | undefined, now: Ties | undefined]>,
): readonly string[] {
  const claims = new Set<string>();
  const used = new Set<string>();
  const moved = new Set<string>();
  for (const [before, now] of asked) {
    const [old, next] = [before ?? noTies, now ?? before ?? noTies];
    for (const claim of [...old.claims, ...next.claims]) claims.add(claim);
    for (const address of next.uses) used.add(address);
    for (const address of next.owns) if (!old.owns.includes(address)) moved.add(address);
    for (const address of old.owns) if (!next.owns.includes(address)) moved.add(address);
  }
  const tied: string[] = [];
  for (const [name, { ties }] of groups)
    if (
      ties.claims.some((claim) => claims.has(claim)) ||
      ties.owns.some((address) => used.has(address)) ||
      (moved.size > 0 && ties.uses.some((address) => moved.has(address)))
    )
      tied.push(name);
  return tied;
}
