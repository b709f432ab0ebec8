import type { Aspect } from '../aspects.ts';
import type { Risk } from '../change.ts';
import { servedBy } from '../claims.ts';
import type { ClientResult, ComparedDestination } from '../compared-destination.ts';
import { type Destination, destinationKey, portKey } from '../destination.ts';
import type { DestinationFacts } from '../destination-index.ts';
import type { FamilyPair, PairSide } from '../family-pair.ts';
import { addressRisks } from './addresses.ts';
import { clientRisks } from './clients.ts';
import { endpointRisks } from './endpoints.ts';
import { exposureRisks } from './exposure.ts';
import type { SideFacts } from './facts.ts';
import type { Finding, Judged } from './judged.ts';
import { lossRisks } from './loss.ts';
import { lessSevere, riskEntry } from './table.ts';

/** Judges what is dangerous about changes of one family. */
export type RiskJudge = (
  aspect: Aspect,
  { destination, results, isAssumed }: Asked,
  seenBy: readonly ClientResult[],
) => readonly Risk[];

/** What was found out at the destination. */
type Asked = Pick<ComparedDestination, 'destination' | 'results' | 'isAssumed'>;

const judges: readonly ((judged: Judged) => readonly Finding[])[] = [
  lossRisks,
  exposureRisks,
  endpointRisks,
  clientRisks,
  addressRisks,
];

export function riskJudge(
  pair: FamilyPair,
  facts: { readonly before: SideFacts; readonly after: SideFacts },
): RiskJudge {
  const nodes = new Set([
    ...facts.before.nodes,
    ...facts.after.nodes,
    ...(pair.isNodeKnown ? pair.nodeAddresses : []),
  ]);
  const remaining = servedBy(pair.after);
  return (aspect, { destination, results: all, isAssumed }, seenBy) => {
    const { servicePort } = destination;
    if (servicePort === undefined) return [];
    const judged: Judged = {
      ...{
        aspect,
        destination,
        service: servicePort.service,
        seenBy,
        all,
        facts,
        nodes,
        remaining,
      },
      before: factsOf(pair.before, destination),
      after: factsOf(pair.after, destination),
    };
    return judges
      .flatMap((judge) => judge(judged))
      .map(({ code, text }) => {
        const { kind, severity: own } = riskEntry(code);
        // Whether the node has such an address, nobody says.
        const severity = isAssumed ? lessSevere(own) : own;
        return { code, severity, kind, subject: destination.label, text };
      });
  };
}

function factsOf({ index }: PairSide, destination: Destination): DestinationFacts | undefined {
  return destination.kind === 'node port'
    ? index.byPort.get(portKey(destination))
    : index.byAddress.get(destinationKey(destination.address, destination));
}
