import type { Place } from '../diagnostics/place.ts';
import type { ClientGroup } from '../reach/clients.ts';
import type { ExposureRow } from '../reach/exposure.ts';

/** One statement of a file of assertions, with a name that is told when it does not hold. */
export type Assertion = AssertionHead & AssertionStatement;

export interface AssertionHead {
  readonly name: string;
  /** The entry of the file. */
  readonly place: Place;
}

export type AssertionStatement =
  | ReachStatement
  | EndpointStatement
  | AddressStatement
  | NodePortStatement
  | OwnerStatement;

/** About packets from some clients to some destinations. */
export interface ReachStatement {
  /**
   * `mustReach`: each of the clients, at each of the destinations. `mustNotReach`: none of them, at none.
   * `mayReachOnly`: none of them anywhere else. `mustKeepClientAddress`: whoever is answered there keeps its
   * address.
   */
  readonly verb: 'mustReach' | 'mustNotReach' | 'mayReachOnly' | 'mustKeepClientAddress';
  readonly from: ClientSelection;
  readonly targets: readonly Target[];
  /** Destinations that the statement is not about. */
  readonly except: readonly Target[];
  /** Whether clients outside count at cluster IPs, which nobody there is meant to have a route to. */
  readonly clusterIPs: boolean;
}

export interface ClientSelection {
  readonly groups: readonly Clients[];
  readonly except: readonly Clients[];
}

export type Clients =
  | ClientGroup
  /** The endpoints of Services, as clients. */
  | { readonly kind: 'endpoints'; readonly services: string };

export type Target =
  | { readonly kind: 'anything' }
  /** What the same clients reach on the side before. */
  | { readonly kind: 'before' }
  /** Destinations for which all that is given is true. */
  | ({ readonly kind: 'destinations'; readonly place: Place } & DestinationFilter);

export interface DestinationFilter {
  /** A pattern of `namespace/name`. */
  readonly services: string | undefined;
  /** Names of ports of Services. */
  readonly portNames: readonly string[];
  readonly ports: readonly PortFilter[];
  /** CIDRs and addresses. */
  readonly addresses: readonly string[];
  /** Undefined: whatever kind. */
  readonly kinds: readonly ExposureRow['kind'][] | undefined;
}

/** Inclusive; the protocol is `tcp`, `udp`, `sctp`, or undefined for all. */
export interface PortFilter {
  readonly first: number;
  readonly last: number;
  readonly protocol: string | undefined;
}

/** Which Services a statement is about: patterns of `namespace/name`. */
export interface ServiceSelection {
  readonly services: readonly string[];
  readonly except: readonly string[];
}

export interface EndpointStatement {
  readonly verb: 'mustHaveEndpoints';
  readonly services: ServiceSelection;
  /** Undefined: whoever is answered. */
  readonly from: ClientSelection | undefined;
  readonly atLeast: number;
  /** Of those before; undefined: whatever there were. */
  readonly ofBefore: number | undefined;
}

export interface AddressStatement {
  readonly verb: 'externalIPsMustBeIn' | 'loadBalancerIPsMustBeIn';
  readonly services: ServiceSelection;
  readonly networks: readonly string[];
}

export interface NodePortStatement {
  readonly verb: 'nodePortsMustBeIn';
  readonly services: ServiceSelection;
  readonly ports: readonly PortFilter[];
}

export interface OwnerStatement {
  readonly verb: 'mayBeAnsweredOnlyBy';
  /** Addresses and CIDRs. */
  readonly addresses: readonly string[];
  /** Of these Services, the addresses and the endpoints. */
  readonly addressesOf: readonly string[];
  /** Patterns of `namespace/name`. */
  readonly owners: readonly string[];
}

export type Verb = AssertionStatement['verb'];

/** Whether `namespace/name` is of a pattern, in which `*` stands for any text. */
export function matchesService(pattern: string, service: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === service;
  const escaped = parts.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(service);
}

export const isServiceSelected = (
  { services, except }: ServiceSelection,
  service: string,
): boolean =>
  services.some((pattern) => matchesService(pattern, service)) &&
  !except.some((pattern) => matchesService(pattern, service));

/** What the sides of a question have to be cut by, so that each class is of a statement or is not. */
export function askedNetworks(assertions: readonly Assertion[]): {
  readonly sources: ReadonlySet<string>;
  readonly destinations: ReadonlySet<string>;
} {
  const clients = assertions.flatMap((assertion) => {
    const from = 'from' in assertion ? assertion.from : undefined;
    return from === undefined ? [] : [...from.groups, ...from.except];
  });
  const targets = assertions.flatMap((assertion) =>
    'targets' in assertion ? [...assertion.targets, ...assertion.except] : [],
  );
  return {
    sources: new Set(clients.flatMap((each) => (each.kind === 'network' ? [each.network] : []))),
    destinations: new Set(
      targets.flatMap((each) => (each.kind === 'destinations' ? each.addresses : [])),
    ),
  };
}

/** Whether any of the assertions is about a side before. */
export const needsBefore = (assertions: readonly Assertion[]): boolean =>
  assertions.some(
    (assertion) =>
      (assertion.verb === 'mustHaveEndpoints' && assertion.ofBefore !== undefined) ||
      ('targets' in assertion && assertion.targets.some(({ kind }) => kind === 'before')),
  );
