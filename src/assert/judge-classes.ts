import { behaviourOf } from '../diff/behaviour.ts';
import type { ComparedDestination } from '../diff/compared-destination.ts';
import type { Destination } from '../diff/destination.ts';
import type { NodeSources } from '../reach/admitted.ts';
import type { FamilySurvey } from '../reach/survey.ts';
import type { ReachStatement, Target } from './assertion.ts';
import { type Breach, onAnyNode, onThisNode, originOf, witnessOf } from './breach.ts';
import { concernedWords } from './concerned-clients.ts';
import { clientMatcher, type MatchClients, type MatchedClient } from './match-clients.ts';
import { actualDestinations, matchesDestination } from './match-destinations.ts';

export interface ClassQuestion {
  readonly isMeant: (compared: ComparedDestination) => boolean;
  readonly isBroken: (matched: MatchedClient) => boolean;
  /** A sentence. @param who of the clients it is about */
  readonly tell: (who: string, destination: Destination, matched: MatchedClient) => string;
}

/** Judges each class of clients at each destination that is meant: a breach for each destination. */
export function judgeEach(
  statement: ReachStatement,
  survey: FamilySurvey,
  question: ClassQuestion,
): readonly Breach[] {
  const clientsOf = clientMatcher(survey, statement.from);
  return actualDestinations(survey)
    .filter(question.isMeant)
    .flatMap((compared) =>
      breachAt(statement, survey, compared, meantClients(statement, compared, clientsOf), question),
    );
}

export function breachAt(
  { from }: ReachStatement,
  survey: FamilySurvey,
  compared: ComparedDestination,
  clients: readonly MatchedClient[],
  { isBroken, tell }: Pick<ClassQuestion, 'isBroken' | 'tell'>,
): readonly Breach[] {
  const { destination } = compared;
  const broken = clients.filter(isBroken);
  const matched = broken.find(({ result }) => result.client.kind !== 'self') ?? broken[0];
  if (matched === undefined) return [];
  const who = concernedWords(
    clients.map((each) => ({ matched: each, isBroken: isBroken(each) })),
    from,
    nodeSources(survey, matched, isBroken),
  );
  return [
    {
      text: tell(who, onThisNode(survey.pair, destination), matched),
      textOnNodes: tell(who, onAnyNode(destination), matched),
      service: destination.servicePort?.service,
      witness: witnessOf(survey.pair, matched),
      origin: originOf(survey.pair, destination),
    },
  ];
}

function nodeSources(
  { pair: { before, after, nodeAddresses } }: FamilySurvey,
  { result }: MatchedClient,
  isBroken: ClassQuestion['isBroken'],
): NodeSources {
  return {
    addresses: [...nodeAddresses],
    isAnswered: (source) => {
      const packet = { ...result.packet, source, inInterface: '' };
      const asked = {
        ...result,
        packet,
        before: behaviourOf(before, packet, result.nodeAddresses),
        after: behaviourOf(after, packet, result.nodeAddresses),
      };
      return isBroken({ result: asked, source, isOutside: false });
    },
  };
}

/** Clients outside have no route to a cluster IP, unless the statement says that they may. */
export function meantClients(
  statement: ReachStatement,
  compared: ComparedDestination,
  clientsOf: MatchClients,
): readonly MatchedClient[] {
  const matched = clientsOf(compared);
  const isClusterIP = compared.destination.kind === 'cluster IP';
  if (!isClusterIP || namesClusterIP(statement, compared)) return matched;
  return matched.filter(({ isOutside }) => !isOutside);
}

const namesClusterIP = (
  { clusterIPs, targets }: ReachStatement,
  compared: ComparedDestination,
): boolean =>
  clusterIPs ||
  targets.some(
    (target) =>
      target.kind === 'destinations' &&
      (target.addresses.length > 0 || target.kinds?.includes('cluster IP') === true) &&
      matchesDestination(target, compared),
  );

export const isTarget = (target: Target, compared: ComparedDestination): boolean =>
  target.kind === 'anything' ||
  (target.kind === 'destinations' && matchesDestination(target, compared));
