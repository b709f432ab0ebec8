import { behaviourOf } from '../diff/behaviour.ts';
import type { ClientResult, ComparedDestination } from '../diff/compared-destination.ts';
import { memoize } from '../diff/memoize.ts';
import { parseAddress } from '../net/address.ts';
import { isWithin, parseCidr } from '../net/cidr.ts';
import { isInGroup } from '../reach/clients.ts';
import type { FamilySurvey } from '../reach/survey.ts';
import type { ClientSelection, Clients } from './assertion.ts';
import { endpointAddressesOf } from './endpoints-of.ts';

/** A class of clients that a statement is about, at one destination. */
export interface MatchedClient {
  readonly result: ClientResult;
  /** A client of the class, to be told of. */
  readonly source: string;
  /** Only as one that is outside: it has no route to cluster IPs. */
  readonly isOutside: boolean;
}

export type MatchClients = (compared: ComparedDestination) => readonly MatchedClient[];

/** Finds the clients of a selection among those that a destination is asked about from. */
export function clientMatcher(survey: FamilySurvey, selection: ClientSelection): MatchClients {
  const groups = selection.groups.map((clients) => ({
    isOutside: clients.kind === 'outside',
    sourcesOf: sourceFinder(survey, clients),
  }));
  const except = selection.except.map((clients) => wholeFinder(survey, clients));
  return (compared) =>
    compared.results.flatMap((result): readonly MatchedClient[] => {
      if (except.some((isExcepted) => isExcepted(result))) return [];
      const found = groups.flatMap(({ isOutside, sourcesOf }) =>
        sourcesOf(result, compared).map((source) => ({ isOutside, source })),
      );
      const inside = new Set(found.flatMap((each) => (each.isOutside ? [] : [each.source])));
      return [...new Map(found.map((each) => [each.source, each])).values()].map(({ source }) => ({
        result: resultFrom(survey, result, source),
        source,
        isOutside: !inside.has(source),
      }));
    });
}

/** The same packet from another client of the class; the node's own may be endpoints, and reach themselves. */
function resultFrom(
  { pair: { before, after } }: FamilySurvey,
  result: ClientResult,
  source: string,
): ClientResult {
  if (source === result.client.address) return result;
  const packet = { ...result.packet, source };
  return {
    ...result,
    packet,
    before: behaviourOf(before, packet, result.nodeAddresses),
    after: behaviourOf(after, packet, result.nodeAddresses),
  };
}

/** Clients of a class that are among those asked about: one, or all addresses of the node. */
type FindSources = (result: ClientResult, compared: ComparedDestination) => readonly string[];

function sourceFinder(survey: FamilySurvey, clients: Clients): FindSources {
  if (clients.kind === 'endpoints') return endpointFinder(survey, clients.services);
  return ({ client }) => (isInGroup(clients, client, survey.judgeClient) ? [client.address] : []);
}

/** Whether all clients of a class are among those: beside an endpoint there are others in its network. */
function wholeFinder(survey: FamilySurvey, clients: Clients): (result: ClientResult) => boolean {
  if (clients.kind !== 'endpoints')
    return ({ client }) => isInGroup(clients, client, survey.judgeClient);
  const addresses = endpointAddressesOf(survey.pair.after, clients.services);
  return ({ client: { network, address } }) =>
    network !== undefined && !network.includes('/') && addresses.has(address);
}

/**
 * Endpoints are found in the class of the smallest network around them, among those that the destination
 * tells apart: no rule tells them from other clients there.
 */
function endpointFinder(survey: FamilySurvey, services: string): FindSources {
  const { pair } = survey;
  const addresses = endpointAddressesOf(pair.after, services);
  const family = pair.family === 'ip6';
  const own = [...addresses].filter((each) => each.includes(':') === family);
  const bySmallest = memoize((key) => grouped(own, key === '' ? [] : key.split(' ')));
  return ({ client, nodeAddresses }, compared) => {
    const networks = compared.results.flatMap((each) => each.client.network ?? []);
    const cidrs = [...new Set(networks)].filter((each) => each.includes('/')).sort();
    const members = (network: string | undefined): readonly string[] =>
      bySmallest(cidrs.join(' ')).get(network ?? '') ?? [];
    if (client.kind === 'loopback') return [];
    if (client.kind === 'node') {
      const smallest = smallestAround(client.address, cidrs);
      return members(smallest).filter((each) => nodeAddresses.has(each));
    }
    if (client.network !== undefined && !client.network.includes('/'))
      return addresses.has(client.address) ? [client.address] : [];
    const apart = new Set(networks.filter((each) => !each.includes('/')));
    return members(client.network)
      .filter((each) => !apart.has(each) && !nodeAddresses.has(each))
      .slice(0, 1);
  };
}

function grouped(
  addresses: readonly string[],
  networks: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const address of addresses) {
    const network = smallestAround(address, networks) ?? '';
    const group = groups.get(network) ?? [];
    group.push(address);
    groups.set(network, group);
  }
  return groups;
}

const smallestAround = (address: string, networks: readonly string[]): string | undefined =>
  networks
    .filter((network) => isWithin(address, network))
    .toSorted((a, b) => prefixOf(b) - prefixOf(a))[0];

const prefixOf = (network: string): number =>
  parseCidr(network)?.prefixLength ?? (parseAddress(network) === undefined ? 0 : 999);
