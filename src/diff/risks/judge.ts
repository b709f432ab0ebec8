import type { Risk } from '../change.ts';
import type { ClientResult } from '../compared-destination.ts';
import { type Destination, destinationKey, portKey } from '../destination.ts';
import type { DestinationFacts } from '../destination-index.ts';
import type { Facet } from '../facets.ts';
import type { FamilyPair, PairSide } from '../family-pair.ts';
import { addressRisks } from './addresses.ts';
import { clientRisks } from './clients.ts';
import { endpointRisks } from './endpoints.ts';
import { exposureRisks } from './exposure.ts';
import type { SideFacts } from './facts.ts';
import type { Finding, Judged } from './judged.ts';
import { lossRisks } from './loss.ts';
import { riskEntry } from './table.ts';

/** Judges what is dangerous about changes of one family. */
export type RiskJudge = (
  facet: Facet,
  destination: Destination,
  seenBy: readonly ClientResult[],
  all: readonly ClientResult[],
) => readonly Risk[];

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
  return (facet, destination, seenBy, all) => {
    const { servicePort } = destination;
    if (servicePort === undefined) return [];
    const judged: Judged = {
      ...{ facet, destination, service: servicePort.service, seenBy, all, facts, nodes },
      before: factsOf(pair.before, destination),
      after: factsOf(pair.after, destination),
    };
    return judges
      .flatMap((judge) => judge(judged))
      .map(({ code, text }) => {
        const { kind, severity } = riskEntry(code);
        return { code, severity, kind, subject: destination.label, text };
      });
  };
}

function factsOf({ index }: PairSide, destination: Destination): DestinationFacts | undefined {
  return destination.kind === 'node port'
    ? index.byPort.get(portKey(destination))
    : index.byAddress.get(destinationKey(destination.address, destination));
}
