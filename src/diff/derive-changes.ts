import { isLoopback } from '../packet/packet.ts';
import type { Origin } from '../plan/plan.ts';
import { answerOf } from './answer.ts';
import type { Change, ChangeType, Risk } from './change.ts';
import type { ClientResult, ComparedDestination } from './compare-destination.ts';
import type { Destination } from './destination.ts';
import { type Facet, facetsOf } from './facets.ts';

/** A facet of one destination with the clients that see it. */
interface Group {
  readonly facet: Facet;
  readonly results: ClientResult[];
}

/** What stands behind a destination and what is risky about a change of it. */
export interface ChangeContext {
  readonly originOf: (facet: Facet, destination: Destination) => Origin | undefined;
  readonly risksOf: (
    type: ChangeType,
    destination: Destination,
    results: readonly ClientResult[],
    all: readonly ClientResult[],
  ) => readonly Risk[];
}

/**
 * Turns differences of destinations into changes: what changes in the same way for the same clients at
 * several destinations of a Service is one change. Linear in the differences.
 */
export function deriveChanges(
  compared: readonly ComparedDestination[],
  context: ChangeContext,
): readonly Change[] {
  const changes = new Map<string, Change>();
  for (const { destination, results } of compared) {
    const { servicePort } = destination;
    const service = servicePort?.service;
    for (const { facet, results: seenBy } of groupByFacet(results)) {
      const [first] = seenBy;
      if (first === undefined) continue;
      const clients = clientLabels(seenBy, results, destination);
      const key = JSON.stringify([
        destination.family,
        service ?? '',
        facet.type,
        clients,
        mergeable(facet),
      ]);
      const same = changes.get(key);
      const risks = context.risksOf(facet.type, destination, seenBy, results);
      if (same !== undefined) {
        changes.set(key, {
          ...same,
          destinations: withDestination(same.destinations, destination),
          risks: mergeRisks(same.risks, risks),
        });
        continue;
      }
      const { packet, nodeAddresses, before, after } = first;
      changes.set(key, {
        ...facet,
        family: destination.family,
        service,
        destinations: [destination],
        clients,
        risks,
        witness: { packet, nodeAddresses, before, after },
        origin: context.originOf(facet, destination),
      });
    }
  }
  return [...changes.values()];
}

/** Whatever the sentence about a change tells; where it tells no more, the destinations merge. */
const mergeable = ({ type, before, after, endpoints }: Facet): unknown => {
  switch (type) {
    case 'SNAT_BEGINS':
    case 'SNAT_ENDS':
    case 'CLIENTS_ADMITTED':
    case 'CLIENTS_EXCLUDED':
      return [];
    default:
      return [before.kind, after.kind, endpoints, before.affinityTimeout, after.affinityTimeout];
  }
};

/** Node ports are tried at several addresses; a reader wants to hear of them once. */
const withDestination = (
  destinations: readonly Destination[],
  destination: Destination,
): readonly Destination[] =>
  destinations.some(({ label }) => label === destination.label)
    ? destinations
    : [...destinations, destination];

const mergeRisks = (a: readonly Risk[], b: readonly Risk[]): readonly Risk[] => [
  ...a,
  ...b.filter(({ subject, text }) =>
    a.every((risk) => risk.text !== text || risk.subject !== subject),
  ),
];

function groupByFacet(results: readonly ClientResult[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const result of results) {
    if (!result.isDifferent) continue;
    for (const plain of facetsOf(result)) {
      const facet = { ...plain, type: admission(plain, results) };
      const key = JSON.stringify([facet.type, mergeable(facet)]);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { facet, results: [result] });
      else group.results.push(result);
    }
  }
  return [...groups.values()];
}

/** Where some clients are served before and after, the others are let in or shut out. */
function admission({ type, before, after }: Facet, results: readonly ClientResult[]): ChangeType {
  const isGate =
    (type === 'ANSWER_BEGINS' && before.kind === 'dropped') ||
    (type === 'DROP_BEGINS' && before.kind === 'served');
  if (!isGate) return type;
  const others = results.some(
    (result) =>
      answerOf(result.before).kind === 'served' && answerOf(result.after).kind === 'served',
  );
  if (!others) return type;
  return after.kind === 'served' ? 'CLIENTS_ADMITTED' : 'CLIENTS_EXCLUDED';
}

/**
 * Empty for everyone. The loopback and single endpoints are named only where nobody else is; nobody but
 * this node can reach its loopback.
 */
function clientLabels(
  seenBy: readonly ClientResult[],
  all: readonly ClientResult[],
  { address }: Destination,
): readonly string[] {
  const isMajor = ({ client: { kind } }: ClientResult): boolean =>
    isLoopback(address) ? kind === 'node' : kind !== 'loopback' && kind !== 'self';
  const major = seenBy.filter(isMajor);
  if (major.length > 0 && major.length === all.filter(isMajor).length) return [];
  return [...new Set((major.length > 0 ? major : seenBy).map(({ client }) => client.label))];
}
