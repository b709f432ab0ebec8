import { rulesetFrontends } from '../explain/frontends.ts';
import { formatAddressPort } from '../net/address.ts';
import { naturalCompare } from '../net/natural-compare.ts';
import { collections } from '../nftables/names.ts';
import { type Answer, answerOf } from './answer.ts';
import { clientLabels } from './client-labels.ts';
import { type AskDestination, destinationAsker } from './compare-destination.ts';
import type { ClientResult } from './compared-destination.ts';
import { type Destination, destinationKey, portKey } from './destination.ts';
import { membershipOf } from './destination-index.ts';
import type { FamilyPair } from './family-pair.ts';

/** Whether something is on both sides, on the new one alone, or on the old one alone. */
export type State = 'same' | 'new' | 'gone';

/** Where the traffic of one Service goes, on both sides: what a report draws. */
export interface ServiceWays {
  /** `shop/web` */
  readonly service: string;
  readonly state: State;
  readonly routes: readonly AlikeDestinations[];
}

/** Destinations at which the same becomes of everybody. */
export interface AlikeDestinations {
  readonly destinations: readonly { readonly label: string; readonly state: State }[];
  readonly ways: readonly Way[];
}

/** Clients that are sent to the same endpoints. */
export interface Way {
  readonly senders: readonly Sender[];
  readonly before: Pick<Answer, 'kind' | 'endpoints'>;
  readonly after: Pick<Answer, 'kind' | 'endpoints'>;
}

/** Clients of whom all is the same. */
export interface Sender {
  /** As a change names them; `everyone` for all. */
  readonly clients: string;
  readonly before: Pick<Answer, 'snat' | 'affinityTimeout'>;
  readonly after: Pick<Answer, 'snat' | 'affinityTimeout'>;
}

/** Which Services are drawn. */
type IsDrawn = (service: string) => boolean;

/**
 * Sends a packet of every kind of client to every destination of the Services, and tells what becomes of it, by the
 * Services' names. Linear in the Services that are drawn.
 *
 * @param services that there are, served or not: those that have no destination have no route
 */
export function waysOf(
  pairs: readonly FamilyPair[],
  isDrawn: IsDrawn,
  services: Readonly<Record<SideName, ReadonlySet<string>>>,
): readonly ServiceWays[] {
  const builders = new Map<string, WaysBuilder>();
  for (const side of ['before', 'after'] as const) {
    for (const service of services[side])
      if (isDrawn(service)) builderOf(builders, service).sides.add(side);
  }
  for (const pair of pairs) addFamily(pair, isDrawn, builders);
  return [...builders]
    .sort(([a], [b]) => naturalCompare(a, b))
    .map(([service, { sides, routes }]) => ({
      service,
      state: stateOf(sides),
      routes: [...routes.values()],
    }));
}

interface WaysBuilder {
  readonly sides: Set<SideName>;
  /** By what becomes of everybody there. */
  readonly routes: Map<
    string,
    AlikeDestinations & { readonly destinations: AlikeDestinations['destinations'][number][] }
  >;
}

function builderOf(builders: Map<string, WaysBuilder>, service: string): WaysBuilder {
  const builder = builders.get(service) ?? { sides: new Set(), routes: new Map() };
  builders.set(service, builder);
  return builder;
}

type SideName = 'before' | 'after';

function addFamily(pair: FamilyPair, isDrawn: IsDrawn, builders: Map<string, WaysBuilder>): void {
  const ask = destinationAsker({ ...pair, onNotUnderstood: () => {} });
  for (const { destination, sides } of destinationsOf(pair)) {
    const { service } = destination.servicePort;
    if (!isDrawn(service)) continue;
    const builder = builderOf(builders, service);
    for (const side of sides) builder.sides.add(side);
    const ways = waysTo(destination, ask);
    const key = JSON.stringify(ways);
    const route = builder.routes.get(key);
    const drawn = { label: destination.label, state: stateOf(sides) };
    if (route === undefined) builder.routes.set(key, { destinations: [drawn], ways });
    else route.destinations.push(drawn);
  }
}

const stateOf = (sides: ReadonlySet<SideName>): State =>
  sides.size === 2 ? 'same' : sides.has('after') ? 'new' : 'gone';

type OfService = Destination & { readonly servicePort: NonNullable<Destination['servicePort']> };

interface Found {
  readonly destination: OfService;
  readonly sides: Set<SideName>;
}

/** Every destination of a Service on either side; whose it is, the new side says. */
function destinationsOf(pair: FamilyPair): Iterable<Found> {
  const found = new Map<string, Found>();
  for (const side of ['after', 'before'] as const) {
    const { table } = pair[side];
    if (table === undefined) continue;
    for (const { address, protocol, port, kind, servicePort } of rulesetFrontends(table)) {
      const to = { protocol, port };
      const key = address === undefined ? portKey(to) : destinationKey(address, to);
      const known = found.get(key);
      if (known?.destination.servicePort.service === servicePort.service) {
        known.sides.add(side);
        continue;
      }
      // Another Service has it now: what becomes of the packets is told there.
      if (known !== undefined) continue;
      const local = address ?? nodePortAddress(pair);
      if (local === undefined) continue;
      const what = address === undefined ? String(port) : formatAddressPort(address, port);
      const family = address === undefined && pair.family === 'ip6' ? ' (IPv6)' : '';
      found.set(key, {
        sides: new Set([side]),
        destination: {
          ...{ family: pair.family, kind, address: local, protocol, protocols: [protocol], port },
          ...{ isOnePort: true, isLocal: pair.nodeAddresses.has(local), servicePort },
          label: `${kind} ${what}/${protocol.toUpperCase()}${family}`,
        },
      });
    }
  }
  return found.values();
}

/** An address of the node that node ports listen on. */
function nodePortAddress({ nodeAddresses, before, after }: FamilyPair): string | undefined {
  const listens = (address: string): boolean =>
    [after, before].some(({ index }) =>
      membershipOf(index, address).sets.has(collections.nodePortAddresses),
    );
  return [...nodeAddresses].find(listens) ?? [...nodeAddresses][0];
}

function waysTo(destination: Destination, ask: AskDestination): readonly Way[] {
  const { results } = ask(destination, 0);
  const ways = new Map<string, Map<string, ClientResult[]>>();
  const answers = new Map<ClientResult, Told>();
  for (const result of results) {
    const [before, after] = [answerOf(result.before), answerOf(result.after)];
    if (before.kind === 'passed' && after.kind === 'passed') continue;
    const sent = sentOnBoth(before, after);
    answers.set(result, { before, after, sent });
    const where = JSON.stringify([before.kind, before.endpoints, after.kind, after.endpoints]);
    const how = JSON.stringify(sent);
    const way = ways.get(where) ?? new Map<string, ClientResult[]>();
    ways.set(where, way);
    const same = way.get(how);
    if (same === undefined) way.set(how, [result]);
    else same.push(result);
  }
  return [...ways.values()].flatMap((way): readonly Way[] => {
    const senders = [...way.values()].flatMap((group): readonly (Told & { clients: string })[] => {
      const told = group[0] && answers.get(group[0]);
      // The loopback is no client where others are.
      const isSeen =
        group.some(({ client }) => client.kind !== 'loopback') || way.size + ways.size === 2;
      if (told === undefined || !isSeen) return [];
      const labels = clientLabels(group, results, destination.address);
      return [{ ...told, clients: labels.length === 0 ? 'everyone' : labels.join(', ') }];
    });
    const [first] = senders;
    if (first === undefined) return [];
    return [
      {
        senders: senders.map(({ clients, sent }) => ({ clients, ...sent })),
        before: { kind: first.before.kind, endpoints: first.before.endpoints },
        after: { kind: first.after.kind, endpoints: first.after.endpoints },
      },
    ];
  });
}

interface Told {
  readonly before: Answer;
  readonly after: Answer;
  readonly sent: Omit<Sender, 'clients'>;
}

/** Where one side sends nobody anywhere, there is nothing to be other than on the other side. */
function sentOnBoth(before: Answer, after: Answer): Told['sent'] {
  const of = ({ snat, affinityTimeout }: Answer): Sender['before'] => ({ snat, affinityTimeout });
  const [was, is] = [before.kind === 'served', after.kind === 'served'];
  if (!was && !is) return { before: notSent, after: notSent };
  return { before: of(was ? before : after), after: of(is ? after : before) };
}

const notSent: Sender['before'] = { snat: 'never', affinityTimeout: undefined };
