/** What one Service claims of another, told before all other risks. */
import { namedOwner } from '../explain/frontends.ts';
import { formatAddressPort } from '../net/address.ts';
import type { AnyElement } from '../nftables/simulate/prepare.ts';
import type { Contest, Plan } from '../plan/plan.ts';
import type { ClaimRisk, TrafficDiff } from './change.ts';

import type { ComparedDestination } from './compared-destination.ts';
import { destinationKey, portKey } from './destination.ts';
import type { FamilyPair, PairSide } from './family-pair.ts';

/** Destinations that another Service has on the new side, while the one of the old side is still there. */
export function takeovers(
  { before, after }: FamilyPair,
  compared: readonly ComparedDestination[],
): readonly ClaimRisk[] {
  const remaining = new Set(
    [...after.index.byAddress.values(), ...after.index.byPort.values()].map(({ element }) =>
      ownerOf(element),
    ),
  );
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
    return [
      {
        kind: 'DESTINATION_TAKEN_OVER',
        destination: name,
        service,
        victim,
        text: `${service} takes over ${name} from ${victim}`,
        origin: elementOf(after)?.origin,
      },
    ];
  });
}

/** The Service of a frontend; an endpoint's address is nobody's claim. */
const ownerOf = (element: AnyElement | undefined): string | undefined =>
  element !== undefined && 'verdict' in element ? namedOwner(element).service : undefined;

/**
 * Adds what the plans know: claims that are new on the new side, also those that change no packet.
 *
 * @param before undefined where the old side was not made of manifests
 */
export function withContests(
  diff: TrafficDiff,
  before: Plan | undefined,
  after: Plan | undefined,
): TrafficDiff {
  const known = new Set(contestsOf(before).map(keyOf));
  const news = contestsOf(after).filter((contest) => !known.has(keyOf(contest)));
  if (news.length === 0) return diff;
  const had = holdersOf(before, new Set(news.map(({ loser }) => loser.service)));
  const found = new Map<string, ClaimRisk>();
  for (const claim of [...diff.claims, ...news.map((contest) => claimOf(contest, had))]) {
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

function claimOf(contest: Contest, had: ReadonlySet<string>): ClaimRisk {
  const { destination, address, port, protocol, winner, loser, reason } = contest;
  const at = loser.kind === 'node port' ? '' : (address ?? '');
  const isTaken = had.has(heldKey(loser.service, at, port, protocol));
  const [service, victim, origin] = isTaken
    ? [winner.service, loser.service, winner.origin]
    : [loser.service, winner.service, loser.origin];
  return {
    kind: isTaken ? 'DESTINATION_TAKEN_OVER' : 'CLAIM_LOST',
    destination,
    service,
    victim,
    text: isTaken
      ? `${service} takes over ${destination} from ${victim}: ${reason}`
      : `${service} claims ${destination} of ${victim} and does not get it: ${reason}`,
    origin,
  };
}
