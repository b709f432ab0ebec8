import { answerOf } from '../diff/answer.ts';
import type { ComparedDestination } from '../diff/compared-destination.ts';
import type { Destination } from '../diff/destination.ts';
import { parseAddress } from '../net/address.ts';
import { isLoopback } from '../packet/packet.ts';
import type { FamilySurvey } from '../reach/survey.ts';
import type { ReachStatement, Target } from './assertion.ts';
import { answerText, type Breach, destinationText, ownerText } from './breach.ts';
import { selectionWords } from './concerned-clients.ts';
import { breachAt, isTarget, meantClients } from './judge-classes.ts';
import type { Judgement } from './judgement.ts';
import { clientMatcher, type MatchedClient } from './match-clients.ts';
import { actualDestinations, matchesDestination } from './match-destinations.ts';
import { targetWords } from './target-words.ts';

/** Each target is there for the clients, and each class of them is answered at each destination of it. */
export function judgeMustReach(statement: ReachStatement, own: readonly FamilySurvey[]): Judgement {
  const breaches = statement.targets.flatMap((target) => {
    if (target.kind !== 'destinations') return [];
    const asked = own.map((survey) => ({
      survey,
      destinations: meantDestinations(target, survey, statement),
    }));
    const judged = asked.map(({ survey, destinations }) =>
      judgeTarget(statement, survey, destinations),
    );
    const found = judged.flatMap((each) => each.breaches);
    if (judged.some(({ isJudged }) => isJudged)) return found;
    return [nothingThere(target, statement)];
  });
  return { breaches, remarks: [] };
}

/** The destinations of the rules that a target means; for an address and port, that one whatever the rules say. */
function meantDestinations(
  target: Target & { kind: 'destinations' },
  survey: FamilySurvey,
  { except }: ReachStatement,
): readonly ComparedDestination[] {
  const { pair } = survey;
  const found = actualDestinations(survey).filter(
    (compared) =>
      compared.destination.kind !== 'region' &&
      matchesDestination(target, compared) &&
      !except.some((each) => isTarget(each, compared)),
  );
  const named = exactDestinations(target, survey).filter(
    ({ address, port, protocol }) =>
      !found.some(
        ({ destination }) =>
          destination.address === address &&
          destination.port === port &&
          destination.protocol === protocol,
      ),
  );
  return [
    ...found,
    ...named.map((destination) => survey.ask({ ...destination, family: pair.family }, 0)),
  ];
}

function exactDestinations(
  { services, portNames, ports, addresses, kinds }: Target & { kind: 'destinations' },
  { pair }: FamilySurvey,
): readonly Destination[] {
  if (services !== undefined || kinds !== undefined || portNames.length > 0) return [];
  return addresses
    .filter((text) => parseAddress(text)?.family === pair.ipFamily)
    .flatMap((address) =>
      ports
        .filter(({ first, last }) => first === last)
        .map(
          ({ first, protocol }): Destination => ({
            family: pair.family,
            kind: 'region',
            address,
            protocol: protocolOf(protocol),
            protocols: [protocolOf(protocol)],
            isOnePort: true,
            port: first,
            isLocal: pair.nodeAddresses.has(address),
            servicePort: undefined,
            label: address,
          }),
        ),
    );
}

function protocolOf(text: string | undefined): Destination['protocol'] {
  return text === 'udp' || text === 'sctp' ? text : 'tcp';
}

function judgeTarget(
  statement: ReachStatement,
  survey: FamilySurvey,
  destinations: readonly ComparedDestination[],
): { readonly isJudged: boolean; readonly breaches: readonly Breach[] } {
  const clientsOf = clientMatcher(survey, statement.from);
  const judged = destinations
    .map((compared) => ({
      compared,
      clients: meantClients(statement, compared, clientsOf).filter(({ result }) =>
        couldReach(result),
      ),
    }))
    .filter(({ clients }) => clients.length > 0);
  return {
    isJudged: judged.length > 0,
    breaches: judged.flatMap(({ compared, clients }) =>
      breachAt(statement, survey, compared, clients, {
        isBroken: (matched) => !isAlwaysReached(matched),
        tell: unreachedText,
      }),
    ),
  };
}

function unreachedText(who: string, destination: Destination, { result }: MatchedClient): string {
  const owner = destination.servicePort === undefined ? '' : `${ownerText(destination)} at `;
  return `${who} cannot reach ${owner}${destinationText(destination)}: ${answerText(answerOf(result.after))}`;
}

/** No other machine reaches the loopback; a process that binds it connects to nothing else. */
const couldReach = ({ packet, client }: MatchedClient['result']): boolean =>
  isLoopback(packet.destination) ? packet.inInterface === '' : client.kind !== 'loopback';

const isAlwaysReached = ({ result: { after } }: MatchedClient): boolean =>
  after.branches.every(({ verdict, isServed }) => verdict === 'accept' && isServed);

function nothingThere(target: Target & { kind: 'destinations' }, { from }: ReachStatement): Breach {
  return {
    text: `nothing of ${targetWords(target)} is there for ${selectionWords(from)}`,
    service: undefined,
    witness: undefined,
    origin: undefined,
  };
}
