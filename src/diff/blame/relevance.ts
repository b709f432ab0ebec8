import { isMapping } from '../../diagnostics/mapping.ts';
import { addressOfEndpoint, parseAddress } from '../../net/address.ts';
import type { Aspect, ChangeType } from '../aspects.ts';
import type { Destination } from '../destination.ts';

import type { FieldChange } from './field-changes.ts';

/** What changed for packets, as far as it tells which fields may be behind it. */
export interface Effect {
  readonly aspect: Aspect;
  readonly destination: Pick<Destination, 'kind' | 'address' | 'port'>;
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
  'metadata.creationTimestamp': (_, { aspect }) => (isPresence(aspect.type) ? 3 : 0),
  'spec.type': ({ from, to }, { aspect, destination: { kind } }) => {
    if (aspect.type.startsWith('AFFINITY')) return 0;
    // Such a Service has no addresses at all: that they are not written either says no more.
    if ([from, to].includes('ExternalName')) return 56;
    return kind === 'load-balancer IP' || kind === 'node port' ? 45 : 0;
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
  'spec.loadBalancerSourceRanges': ({ from, to }, { aspect, destination: { kind } }) => {
    if (kind !== 'load-balancer IP' || !isPresence(aspect.type)) return 0;
    // Who is not let in any more was in a range that is gone.
    const isLoss = aspect.after.kind === 'dropped';
    const isEntry = typeof (from ?? to) === 'string';
    return isEntry && (isLoss ? to : from) === undefined ? 51 : 50;
  },
  'spec.externalTrafficPolicy': (_, { aspect, destination: { kind } }) =>
    kind === 'cluster IP' ? 0 : aspect.type.startsWith('AFFINITY') ? 20 : 48,
  'spec.internalTrafficPolicy': (_, { aspect, destination: { kind } }) =>
    kind !== 'cluster IP' ? 0 : aspect.type.startsWith('AFFINITY') ? 20 : 48,
  'spec.healthCheckNodePort': ({ from, to }, { destination: { kind, port } }) =>
    kind === 'node port' && [from, to].includes(port) ? 40 : 0,
  'spec.sessionAffinity': (_, { aspect }) => (aspect.type.startsWith('AFFINITY') ? 50 : 0),
  'spec.sessionAffinityConfig': (_, { aspect }) => (aspect.type.startsWith('AFFINITY') ? 45 : 0),
  'spec.sessionAffinityConfig.clientIP': (_, { aspect }) =>
    aspect.type.startsWith('AFFINITY') ? 45 : 0,
  'spec.sessionAffinityConfig.clientIP.timeoutSeconds': (_, { aspect }) =>
    aspect.type.startsWith('AFFINITY') ? 46 : 0,
  'spec.ports': (change, effect) => ofPort(change, effect, 52),
  'spec.ports.port': (change, effect) =>
    effect.destination.kind === 'node port' ? 0 : ofPort(change, effect, 53),
  'spec.ports.nodePort': (change, effect) =>
    effect.destination.kind === 'node port' ? ofPort(change, effect, 53) : 0,
  'spec.ports.protocol': (change, effect) => ofPort(change, effect, 51),
  'spec.ports.name': (change, effect) => ofPort(change, effect, 40),
  'spec.ports.targetPort': (change, effect) => ofPort(change, effect, 43),
  'spec.selector': (_, { aspect }) => (isOfEndpoints(aspect.type) ? 42 : 0),
  'spec.publishNotReadyAddresses': (_, { aspect }) => (isOfEndpoints(aspect.type) ? 20 : 0),
  'spec.ipFamilies': (_, { aspect }) => (isPresence(aspect.type) ? 15 : 0),
  'spec.ipFamilyPolicy': (_, { aspect }) => (isPresence(aspect.type) ? 14 : 0),
};

function relevanceOfService(change: FieldChange, effect: Effect): number {
  const { field } = change;
  const known = weights[field];
  if (known !== undefined) return known(change, effect);
  if (/^metadata\.labels\.service\.kubernetes\.io\/(service-proxy-name|headless)$/.test(field))
    return isPresence(effect.aspect.type) ? 50 : 0;
  if (field.startsWith('spec.selector.')) return isOfEndpoints(effect.aspect.type) ? 42 : 0;
  return field === 'spec' || field === 'status' ? 2 : 0;
}

function ofAddress(
  kind: Destination['kind'],
  { from, to, entries }: FieldChange,
  { destination, aspect }: Effect,
): number {
  if (!isPresence(aspect.type)) return destination.kind === kind ? 4 : 0;
  const named = [from, to, ...entries].flatMap(addressesIn);
  // A node port is not at an address for the Service's sake.
  if (destination.kind !== 'node port' && named.includes(destination.address)) return 55;
  return destination.kind === kind ? 4 : 0;
}

function ofPort({ entries, from, to }: FieldChange, effect: Effect, weight: number): number {
  const { aspect, destination } = effect;
  const key = destination.kind === 'node port' ? 'nodePort' : 'port';
  const isOwn = [from, to, ...entries].some(
    (entry) => isMapping(entry) && entry[key] === destination.port,
  );
  // Another Service has the port now, whose sources are rewritten otherwise.
  if (aspect.type.startsWith('SNAT')) return isOwn ? 2 : 0;
  const isListed = entries.some(isMapping) || isMapping(from) || isMapping(to);
  return isOwn ? weight : isListed ? 0 : weight - 10;
}

/** Of a slice, an Endpoints object, or a workload that natc made a slice of. */
function relevanceOfEndpoints(change: FieldChange, effect: Effect): number {
  const { field, from, to, entries, object } = change;
  const { aspect } = effect;
  const isWritten = object.kind === 'EndpointSlice' || object.kind === 'Endpoints';
  if (!(isWritten ? ofSlices : ofWorkloads).test(field)) return 0;
  if (!isOfEndpoints(aspect.type)) return followers.test(aspect.type) ? 1 : 0;
  const named = [from, to, ...entries].flatMap(addressesIn);
  const isOf = (addresses: ReadonlySet<string>): boolean =>
    named.some((address) => addresses.has(address));
  // A Service without endpoints refuses or drops: where nothing is left to answer, it is not for their sake.
  if ([aspect.before.kind, aspect.after.kind].includes('passed'))
    return isOf(movedIn(aspect)) ? 3 : 2;
  if (isOf(comeAndGoneIn(aspect))) return 60;
  // Whose a slice is decides of all that is in it.
  if (/^metadata\.labels|^addressType$/.test(field)) {
    const inside = new Set(addressesIn(object.value));
    return [...comeAndGoneIn(aspect)].some((address) => inside.has(address)) ? 61 : 30;
  }
  if (isOf(movedIn(aspect))) return 55;
  return 30;
}

/** What follows from where the endpoints are: whether one is on this node, or has become another. */
const followers = /^SNAT|^AFFINITY_FORGOTTEN$|^MARK_CHANGED$/;

/** Addresses of endpoints that come or go, canonical. */
export const comeAndGoneIn = ({ endpoints }: Aspect): ReadonlySet<string> =>
  new Set(
    endpoints
      .filter(({ before, after }) => before === 0 || after === 0)
      .map(({ endpoint }) => addressOfEndpoint(endpoint)),
  );

/** Those of which another share is sent there, too. */
export const movedIn = ({ endpoints }: Aspect): ReadonlySet<string> =>
  new Set(endpoints.map(({ endpoint }) => addressOfEndpoint(endpoint)));

/** Of what natc reads as it is: the zone that a pod is in decides nothing, hints do. */
const ofSlices =
  /^$|^endpoints$|^endpoints\.(addresses|conditions|nodeName|hints|deprecatedTopology|topology)(\.|$)|^(ports|subsets|addressType)|^metadata\.labels\.(kubernetes\.io\/service-name|service\.kubernetes\.io|endpointslice\.kubernetes\.io\/skip-mirror)|^metadata\.annotations\.control-plane\.alpha\.kubernetes\.io\/leader$/;

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
