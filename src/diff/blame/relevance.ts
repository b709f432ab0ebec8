import { addressOfEndpoint, parseAddress } from '../../net/address.ts';
import type { Destination } from '../destination.ts';
import type { ChangeType, Facet } from '../facets.ts';

import type { FieldChange } from './field-changes.ts';

/** What changed for packets, as far as it tells which fields may be behind it. */
export interface Effect {
  readonly facet: Facet;
  readonly destination: Destination;
}

/** How likely a field is behind an effect; 0 where it cannot be. */
export function relevance(change: FieldChange, effect: Effect): number {
  if (change.object.kind === 'Node') return ofNode(change) ? 5 : 0;
  return change.object.kind === 'Service'
    ? relevanceOfService(change, effect)
    : relevanceOfEndpoints(change, effect);
}

type Weigh = (change: FieldChange, effect: Effect) => number;

/** Fields of a Service that mean something for packets, with what they can be behind. */
const weights: Readonly<Record<string, Weigh>> = {
  '': () => 100,
  'metadata.labels': (_, { facet }) => (isPresence(facet.type) ? 50 : 0),
  'metadata.creationTimestamp': (_, { facet }) => (isPresence(facet.type) ? 3 : 0),
  'spec.type': ({ from, to }, { facet, destination: { kind } }) => {
    if (facet.type.startsWith('AFFINITY')) return 0;
    const isAll = [from, to].includes('ExternalName');
    return isAll || kind === 'load-balancer IP' || kind === 'node port' ? 45 : 0;
  },
  'spec.clusterIP': (change, effect) => ofAddress('cluster IP', change, effect),
  'spec.clusterIPs': (change, effect) => ofAddress('cluster IP', change, effect),
  'spec.externalIPs': (change, effect) => ofAddress('external IP', change, effect),
  'status.loadBalancer': (change, effect) => ofAddress('load-balancer IP', change, effect),
  'status.loadBalancer.ingress': (change, effect) => ofAddress('load-balancer IP', change, effect),
  'status.loadBalancer.ingress.ip': (change, effect) =>
    ofAddress('load-balancer IP', change, effect),
  'status.loadBalancer.ingress.ipMode': (change, effect) =>
    ofAddress('load-balancer IP', change, effect),
  'spec.loadBalancerSourceRanges': (_, { facet, destination: { kind } }) =>
    kind === 'load-balancer IP' && isPresence(facet.type) ? 50 : 0,
  'spec.externalTrafficPolicy': (_, { facet, destination: { kind } }) =>
    kind === 'cluster IP' ? 0 : facet.type.startsWith('AFFINITY') ? 20 : 48,
  'spec.internalTrafficPolicy': (_, { facet, destination: { kind } }) =>
    kind !== 'cluster IP' ? 0 : facet.type.startsWith('AFFINITY') ? 20 : 48,
  'spec.sessionAffinity': (_, { facet }) => (facet.type.startsWith('AFFINITY') ? 50 : 0),
  'spec.sessionAffinityConfig': (_, { facet }) => (facet.type.startsWith('AFFINITY') ? 45 : 0),
  'spec.sessionAffinityConfig.clientIP': (_, { facet }) =>
    facet.type.startsWith('AFFINITY') ? 45 : 0,
  'spec.sessionAffinityConfig.clientIP.timeoutSeconds': (_, { facet }) =>
    facet.type.startsWith('AFFINITY') ? 46 : 0,
  'spec.ports': (change, effect) => ofPort(change, effect, 52),
  'spec.ports.port': (change, effect) =>
    effect.destination.kind === 'node port' ? 0 : ofPort(change, effect, 53),
  'spec.ports.nodePort': (change, effect) =>
    effect.destination.kind === 'node port' ? ofPort(change, effect, 53) : 0,
  'spec.ports.protocol': (change, effect) => ofPort(change, effect, 51),
  'spec.ports.name': (change, effect) => ofPort(change, effect, 40),
  'spec.ports.targetPort': (change, effect) => ofPort(change, effect, 43),
  'spec.selector': (_, { facet }) => (isOfEndpoints(facet.type) ? 42 : 0),
  'spec.publishNotReadyAddresses': (_, { facet }) => (isOfEndpoints(facet.type) ? 20 : 0),
  'spec.ipFamilies': (_, { facet }) => (isPresence(facet.type) ? 15 : 0),
  'spec.ipFamilyPolicy': (_, { facet }) => (isPresence(facet.type) ? 14 : 0),
};

function relevanceOfService(change: FieldChange, effect: Effect): number {
  const { field } = change;
  const known = weights[field];
  if (known !== undefined) return known(change, effect);
  if (/^metadata\.labels\.service\.kubernetes\.io\/(service-proxy-name|headless)$/.test(field))
    return isPresence(effect.facet.type) ? 50 : 0;
  if (field.startsWith('spec.selector.')) return isOfEndpoints(effect.facet.type) ? 42 : 0;
  return field === 'spec' || field === 'status' ? 2 : 0;
}

function ofAddress(
  kind: Destination['kind'],
  { from, to, entries }: FieldChange,
  { destination, facet }: Effect,
): number {
  if (!isPresence(facet.type)) return destination.kind === kind ? 4 : 0;
  const named = [from, to, ...entries].flatMap(addressesIn);
  if (named.includes(destination.address)) return 55;
  return destination.kind === kind ? 4 : 0;
}

function ofPort({ entries, from, to }: FieldChange, effect: Effect, weight: number): number {
  const { facet, destination } = effect;
  if (facet.type.startsWith('SNAT')) return 0;
  const key = destination.kind === 'node port' ? 'nodePort' : 'port';
  const isOwn = [from, to, ...entries].some(
    (entry) => isMapping(entry) && entry[key] === destination.port,
  );
  const isListed = entries.some(isMapping) || isMapping(from) || isMapping(to);
  return isOwn ? weight : isListed ? 0 : weight - 10;
}

/** Of a slice, an Endpoints object, or a workload that natc made a slice of. */
function relevanceOfEndpoints(change: FieldChange, effect: Effect): number {
  const { field, from, to, entries, object } = change;
  const { facet } = effect;
  if (isDefaultWritten(change)) return 0;
  if (!isOfEndpoints(facet.type)) return facet.type.startsWith('SNAT') ? 1 : 0;
  const named = [from, to, ...entries].flatMap(addressesIn);
  const isOf = (addresses: ReadonlySet<string>): boolean =>
    named.some((address) => addresses.has(address));
  // A Service without endpoints refuses or drops: where nothing is left to answer, it is not for their sake.
  if ([facet.before.kind, facet.after.kind].includes('passed')) return isOf(movedIn(facet)) ? 3 : 2;
  // The zone that a pod is in decides nothing, hints do.
  if (unread.test(field)) return isOf(movedIn(facet)) ? 1 : 0;
  if (isOf(comeAndGoneIn(facet))) return 60;
  if (isOf(movedIn(facet))) return 55;
  const isWritten = object.kind === 'EndpointSlice' || object.kind === 'Endpoints';
  return (isWritten ? ofSlices : ofWorkloads).test(field) ? 30 : 0;
}

/** Addresses of endpoints that come or go, canonical. */
export const comeAndGoneIn = ({ endpoints }: Facet): ReadonlySet<string> =>
  new Set(
    endpoints
      .filter(({ before, after }) => before === 0 || after === 0)
      .map(({ endpoint }) => addressOfEndpoint(endpoint)),
  );

/** Those of which another share is sent there, too. */
export const movedIn = ({ endpoints }: Facet): ReadonlySet<string> =>
  new Set(endpoints.map(({ endpoint }) => addressOfEndpoint(endpoint)));

/** `ready: true` says what is so without it. */
const isDefaultWritten = ({ field, from, to }: FieldChange): boolean => {
  const isDefault = (value: unknown): boolean =>
    value === undefined || value === true || (isMapping(value) && isReady(value));
  return /^endpoints\.conditions(\.ready)?$/.test(field) && isDefault(from) && isDefault(to);
};

const isReady = ({ ready, serving, terminating }: Readonly<Record<string, unknown>>): boolean =>
  ready !== false && serving !== false && terminating !== true;

const unread = /^endpoints\.(zone|hostname|targetRef|deprecatedTopology)(\.|$)/;

const ofSlices =
  /^$|^(endpoints|ports|subsets|addressType)|^metadata\.labels\.(kubernetes\.io\/service-name|service\.kubernetes\.io|endpointslice\.)|^metadata\.annotations/;

/** What decides which pods there are, whether a selector finds them, and what their ports are called. */
const ofWorkloads =
  /^$|^metadata\.labels|^spec\.(replicas|parallelism|completions)|^spec\.(template\.)?(metadata\.labels|spec\.containers\.ports)|^spec\.containers\.ports|^status\./;

const ofNode = ({ field }: FieldChange): boolean =>
  /^$|^spec\.podCIDR|^status\.addresses|^metadata\.labels\.topology/.test(field);

const presence: readonly ChangeType[] = [
  'ANSWER_BEGINS',
  'ANSWER_ENDS',
  'REFUSAL_BEGINS',
  'DROP_BEGINS',
  'PASS_BEGINS',
  'CLIENTS_ADMITTED',
  'CLIENTS_EXCLUDED',
];

/** Whether somebody is answered or not; endpoints alone may be behind that too. */
const isPresence = (type: ChangeType): boolean => presence.includes(type);

const isOfEndpoints = (type: ChangeType): boolean =>
  isPresence(type) || type === 'ENDPOINTS_CHANGED';

/** Addresses that a value names, wherever in it. */
function addressesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    const address = parseAddress(value);
    return address === undefined ? [] : [address.text];
  }
  if (Array.isArray(value)) return value.flatMap(addressesIn);
  return isMapping(value) ? Object.values(value).flatMap(addressesIn) : [];
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
