/** What one Service claims of another, told before all other risks. */
import { namedOwner } from '../explain/frontends.ts';
import { formatAddressPort } from '../net/address.ts';
import type { AnyElement } from '../nftables/simulate/prepare.ts';
import type { Contest, Plan } from '../plan/plan.ts';
import type { Blame } from './blame/blame.ts';
import { blamedClaim } from './blame/blame-claim.ts';
import type { ClaimRisk, TrafficDiff } from './change.ts';

import type { ComparedDestination } from './compared-destination.ts';
import { type Destination, destinationKey, portKey } from './destination.ts';
import type { FamilyPair, PairSide } from './family-pair.ts';

/**
 * Destinations that another Service has on the new side, while the one of the old side is still there.
 *
 * @param blame undefined unless the manifests of both sides are known
 */
export function takeovers(
  { before, after }: FamilyPair,
  compared: readonly ComparedDestination[],
  blame: Blame | undefined,
): readonly ClaimRisk[] {
  const remaining = servedBy(after);
  return compared.flatMap(({ destination }): readonly ClaimRisk[] => {
    const { kind, address, protocol, port } = destination;
    if (kind === 'region' || protocol === 'icmp') return [];
    const elementOf = ({ index }: PairSide) =>
      kind === 'node port'
        ? index.byPort.get(portKey(destination))?.element
        : index.byAddress.get(destinationKey(address, destination))?.element;
    const [victim, service] = [ownerOf(elementOf(before)), ownerOf(elementOf(after))];
    const isTaken = victim !== undefined && service !== undefined && victim !== service;
    if (!isTaken || !remaining.has(victim)) return [];
    const name =
      kind === 'node port'
        ? `${port}/${protocol.toUpperCase()}`
        : `${formatAddressPort(address, port)}/${protocol.toUpperCase()}`;
    const claim: ClaimRisk = {
      kind: 'DESTINATION_TAKEN_OVER',
      destination: name,
      service,
      victim,
      text: `${service} takes over ${name} from ${victim}`,
      origin: elementOf(after)?.origin,
    };
    return [blamedClaim(claim, { address, port, kinds: { service: kind, victim: kind } }, blame)];
  });
}

/** Services that have a destination there. */
export const servedBy = ({ index }: PairSide): ReadonlySet<string | undefined> =>
  new Set(
    [...index.byAddress.values(), ...index.byPort.values()].map(({ element }) => ownerOf(element)),
  );

/** The Service of a frontend; an endpoint's address is nobody's claim. */
const ownerOf = (element: AnyElement | undefined): string | undefined =>
  element !== undefined && 'verdict' in element ? namedOwner(element).service : undefined;

/**
 * Adds what the plans know: claims that are new on the new side, also those that change no packet.
 *
 * @param before undefined where the old side was not made of manifests
 * @param blame undefined unless the manifests of both sides are known
 */
export function withContests(
  diff: TrafficDiff,
  before: Plan | undefined,
  after: Plan | undefined,
  blame: Blame | undefined,
): TrafficDiff {
  const known = new Set(contestsOf(before).map(keyOf));
  const news = contestsOf(after).filter((contest) => !known.has(keyOf(contest)));
  if (news.length === 0) return diff;
  const had = holdersOf(before, new Set(news.map(({ loser }) => loser.service)));
  const found = new Map<string, ClaimRisk>();
  for (const claim of [...diff.claims, ...news.map((contest) => claimOf(contest, had, blame))]) {
    // Of a destination taken over, the plan knows the reason too; both families say the same of a node port.
    found.set(`${claim.destination} ${claim.service} ${claim.victim}`, claim);
  }
  return { ...diff, claims: sortClaims([...found.values()]) };
}

/** What was lost comes before what was only claimed. */
export const sortClaims = (claims: readonly ClaimRisk[]): readonly ClaimRisk[] => [
  ...claims.filter(({ kind }) => kind === 'DESTINATION_TAKEN_OVER'),
  ...claims.filter(({ kind }) => kind === 'CLAIM_LOST'),
];

const contestsOf = (plan: Plan | undefined): readonly Contest[] =>
  plan?.families.flatMap(({ contests }) => contests) ?? [];

const keyOf = ({ destination, winner, loser }: Contest): string =>
  `${destination} ${winner.service} ${loser.service}`;

/** What each of the Services had, as `shop/web 192.0.2.1:80/TCP`. */
function holdersOf(plan: Plan | undefined, services: ReadonlySet<string>): ReadonlySet<string> {
  const had = new Set<string>();
  for (const { servicePorts } of plan?.families ?? []) {
    for (const { namespace, service, protocol, frontends } of servicePorts) {
      const name = `${namespace}/${service}`;
      if (!services.has(name)) continue;
      for (const frontend of frontends) {
        const address = frontend.kind === 'node-port' ? '' : frontend.address;
        had.add(heldKey(name, address, frontend.port, protocol));
      }
    }
  }
  return had;
}

const heldKey = (service: string, address: string, port: number, protocol: string): string =>
  `${service} ${address} ${port}/${protocol}`;

function claimOf(contest: Contest, had: ReadonlySet<string>, blame: Blame | undefined): ClaimRisk {
  const { destination, address, port, protocol, winner, loser, reason } = contest;
  const at = loser.kind === 'node port' ? '' : (address ?? '');
  const isTaken = had.has(heldKey(loser.service, at, port, protocol));
  const [claimant, other] = isTaken ? [winner, loser] : [loser, winner];
  const [service, victim, origin] = [claimant.service, other.service, claimant.origin];
  const claim: ClaimRisk = {
    kind: isTaken ? 'DESTINATION_TAKEN_OVER' : 'CLAIM_LOST',
    destination,
    service,
    victim,
    text: isTaken
      ? `${service} takes over ${destination} from ${victim}: ${reason}`
      : `${service} claims ${destination} of ${victim} and does not get it: ${reason}`,
    origin,
  };
  const kinds = { service: kindOf(claimant), victim: kindOf(other) };
  return blamedClaim(claim, { address: address ?? '', port, kinds }, blame);
}

/** A node port is one too where health checks are answered. */
const kindOf = ({ kind }: Contest['winner']): Destination['kind'] =>
  kind === 'cluster IP' || kind === 'load-balancer IP' || kind === 'external IP'
    ? kind
    : 'node port';
