import { type Frontend, frontendsOf } from '../explain/frontends.ts';
import { answerOf } from './answer.ts';
import type { ChangeType, Risk } from './change.ts';
import type { ClientResult } from './compare-destination.ts';
import type { Destination } from './destination.ts';
import type { FamilyPair, PairSide } from './family-pair.ts';

/** Judges what is dangerous about changes of one family. */
export type RiskJudge = (
  type: ChangeType,
  destination: Destination,
  seenBy: readonly ClientResult[],
  all: readonly ClientResult[],
) => readonly Risk[];

export function riskJudge(pair: FamilyPair): RiskJudge {
  const before = addressUse(pair.before);
  const after = addressUse(pair.after);
  return (type, destination, seenBy, all) => {
    const begins = type === 'ANSWER_BEGINS' || type === 'CLIENTS_ADMITTED';
    if (begins)
      return [
        ...reachability(type, destination, seenBy, all),
        ...addressConflicts(destination, before, after, pair.nodeAddresses),
      ];
    const isLost =
      (type === 'REFUSAL_BEGINS' || type === 'DROP_BEGINS') &&
      seenBy.some((result) => answerOf(result.before).kind === 'served');
    return isLost
      ? [
          {
            kind: 'LAST_ENDPOINT_LOST',
            subject: destination.label,
            text: 'nobody answers here any more',
          },
        ]
      : [];
  };
}

/** A cluster IP is not routed to from outside; every other address of a Service is meant to be. */
function reachability(
  type: ChangeType,
  { kind, label }: Destination,
  seenBy: readonly ClientResult[],
  all: readonly ClientResult[],
): readonly Risk[] {
  const outside = seenBy.filter(({ client }) => client.kind === 'outside');
  const isPublic = kind !== 'cluster IP' && kind !== 'region';
  if (!isPublic || outside.length === 0) return [];
  const isForRest = outside.some(({ client }) => client.isRest);
  const wasOpenToSome = all.some(
    (result) => result.client.kind === 'outside' && answerOf(result.before).kind === 'served',
  );
  if (type === 'CLIENTS_ADMITTED' && isForRest && wasOpenToSome)
    return [{ kind: 'OPEN_TO_EVERYONE', subject: label, text: 'open to every client now' }];
  const who = isForRest ? '' : ` for ${outside.map(({ client }) => client.label).join(', ')}`;
  return [
    {
      kind: 'REACHABLE_FROM_OUTSIDE',
      subject: label,
      text: `reachable from outside now${who}`,
    },
  ];
}

/** Which Services have an address. */
type AddressUse = ReadonlyMap<string, ReadonlySet<string>>;

function addressUse({ table }: PairSide): AddressUse {
  const use = new Map<string, Set<string>>();
  const frontends: readonly Frontend[] = table === undefined ? [] : frontendsOf(table);
  for (const { address, servicePort } of frontends) {
    if (address === undefined) continue;
    const services = use.get(address) ?? new Set();
    services.add(servicePort.service);
    use.set(address, services);
  }
  return use;
}

function addressConflicts(
  { kind, address, label, servicePort }: Destination,
  before: AddressUse,
  after: AddressUse,
  nodeAddresses: ReadonlySet<string>,
): readonly Risk[] {
  if (kind !== 'external IP' && kind !== 'load-balancer IP') return [];
  const service = servicePort?.service ?? '';
  if (before.get(address)?.has(service) === true) return [];
  const others = [...(after.get(address) ?? [])].filter((other) => other !== service);
  return [
    ...(nodeAddresses.has(address)
      ? [
          {
            kind: 'ADDRESS_OF_NODE' as const,
            subject: label,
            text: 'the address is one of this node too',
          },
        ]
      : []),
    ...(others.length > 0
      ? [
          {
            kind: 'ADDRESS_OF_OTHER_SERVICE' as const,
            subject: label,
            text: `the address belongs to ${others.join(', ')} too`,
          },
        ]
      : []),
  ];
}
