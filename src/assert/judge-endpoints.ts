import { counted } from '../diagnostics/summary.ts';
import { answerOf } from '../diff/answer.ts';
import type { Behaviour } from '../diff/behaviour.ts';
import type { ClientResult, ComparedDestination } from '../diff/compared-destination.ts';
import type { Destination } from '../diff/destination.ts';
import { formatFraction } from '../diff/fraction.ts';
import { isLoopback } from '../packet/packet.ts';
import type { FamilySurvey } from '../reach/survey.ts';
import {
  type ClientSelection,
  type EndpointStatement,
  isServiceSelected,
  matchesService,
} from './assertion.ts';
import {
  answerText,
  type Breach,
  destinationText,
  onAnyNode,
  onThisNode,
  originOf,
  ownerText,
  witnessOf,
} from './breach.ts';
import { concernedWords } from './concerned-clients.ts';
import type { Judgement, Surveys } from './judgement.ts';
import { clientMatcher, type MatchClients, type MatchedClient } from './match-clients.ts';
import { actualDestinations } from './match-destinations.ts';

/**
 * Every destination of the Services sends each kind of client to so many endpoints. Without `from` the clients are
 * those that are answered there, and a destination that answers nobody has none.
 */
export function judgeEndpoints(statement: EndpointStatement, { own, since }: Surveys): Judgement {
  const { services, ofBefore } = statement;
  const isMeant = ({ destination: { servicePort } }: ComparedDestination): boolean =>
    servicePort !== undefined && isServiceSelected(services, servicePort.service);
  const few = own.flatMap((survey) =>
    eachDestination(survey, statement, isMeant).flatMap(({ compared, clients }) =>
      tooFew(survey, compared, clients, statement),
    ),
  );
  const fewer =
    ofBefore === undefined
      ? []
      : (since ?? []).flatMap((survey) =>
          lostTooMany(survey, statement, ofBefore, actualDestinations(survey).filter(isMeant)),
        );
  const names = own.flatMap(({ destinations }) =>
    destinations.flatMap(({ destination: { servicePort } }) => servicePort?.service ?? []),
  );
  return {
    breaches: [...few, ...fewer],
    remarks: missingServices(services.services, names),
  };
}

export const missingServices = (
  patterns: readonly string[],
  names: readonly string[],
): readonly string[] =>
  patterns
    .filter((pattern) => !names.some((name) => matchesService(pattern, name)))
    .map((pattern) => `no Service with an address is ${pattern}`);

interface Asked {
  readonly compared: ComparedDestination;
  readonly clients: readonly MatchedClient[];
}

function eachDestination(
  survey: FamilySurvey,
  { from }: EndpointStatement,
  isMeant: (compared: ComparedDestination) => boolean,
): readonly Asked[] {
  const clientsOf: MatchClients =
    from === undefined ? answeredClients : clientMatcher(survey, from);
  return actualDestinations(survey)
    .filter(isMeant)
    .map((compared) => ({
      compared,
      clients: clientsOf(compared).filter(({ result }) => isPossible(result)),
    }));
}

/** Those that are answered, or the first of all where nobody is. */
const answeredClients: MatchClients = ({ results }) => {
  const answered = results.filter(({ after }) => endpointCount(after) > 0);
  const told = answered.length > 0 ? answered : results.filter(isPossible).slice(0, 1);
  return told.map(asMatched);
};

/** No other machine reaches the loopback; a process that binds it connects to nothing else. */
const isPossible = ({ packet, client }: ClientResult): boolean =>
  isLoopback(packet.destination) ? packet.inInterface === '' : client.kind !== 'loopback';

const endpointCount = (behaviour: Behaviour): number =>
  new Set(
    behaviour.branches.flatMap(({ verdict, isServed, destination, destinationPort }) =>
      verdict === 'accept' && isServed ? [`${destination} ${destinationPort}`] : [],
    ),
  ).size;

function tooFew(
  survey: FamilySurvey,
  { destination }: ComparedDestination,
  clients: readonly MatchedClient[],
  { from, atLeast }: EndpointStatement,
): readonly Breach[] {
  const countOf = ({ result }: MatchedClient): number => endpointCount(result.after);
  return breachOf(survey, destination, clients, from, {
    isBroken: (matched) => countOf(matched) < atLeast,
    tell: (who, matched, at) =>
      `${ownerText(destination)} has ${counted(countOf(matched), 'endpoint')} at ${destinationText(at)}${who}, and must have ${atLeast}`,
  });
}

/** Compared with the side before, for whoever was answered there. */
function lostTooMany(
  survey: FamilySurvey,
  { from }: EndpointStatement,
  ofBefore: number,
  destinations: readonly ComparedDestination[],
): readonly Breach[] {
  const clientsOf = from && clientMatcher(survey, from);
  return destinations.flatMap((compared) => {
    const { destination } = compared;
    const clients = (clientsOf?.(compared) ?? compared.results.map(asMatched)).filter(
      ({ result }) => endpointCount(result.before) > 0,
    );
    return breachOf(survey, destination, clients, from, {
      isBroken: ({ result }) =>
        endpointCount(result.after) < endpointCount(result.before) * ofBefore - 1e-9,
      tell: (who, { result }, at) => {
        const [was, is] = [endpointCount(result.before), endpointCount(result.after)];
        const gone = is === 0 ? ` (${answerText(answerOf(result.after))})` : '';
        return `${ownerText(destination)} has ${is} of ${counted(was, 'endpoint')} left${gone} at ${destinationText(at)}${who}, and must keep ${formatFraction(ofBefore)} of them`;
      },
    });
  });
}

const asMatched = (result: ClientResult): MatchedClient => ({
  result,
  source: result.client.address,
  isOutside: false,
});

/** At most one, with the client that sees fewest, a pod where it is the same for others. */
function breachOf(
  { pair }: FamilySurvey,
  destination: Destination,
  clients: readonly MatchedClient[],
  from: ClientSelection | undefined,
  question: {
    readonly isBroken: (matched: MatchedClient) => boolean;
    readonly tell: (who: string, matched: MatchedClient, at: Destination) => string;
  },
): readonly Breach[] {
  const broken = clients
    .filter(question.isBroken)
    .toSorted(
      (a, b) =>
        endpointCount(a.result.after) - endpointCount(b.result.after) ||
        Number(b.result.client.kind === 'pod') - Number(a.result.client.kind === 'pod'),
    );
  const [matched] = broken;
  if (matched === undefined) return [];
  const concerns = clients.map((each) => ({ matched: each, isBroken: question.isBroken(each) }));
  const words = concernedWords(concerns, from, {
    addresses: [...pair.nodeAddresses],
    isAnswered: (source) => broken.some(({ source: each }) => each === source),
  });
  const who = words === 'all' ? '' : ` for ${words}`;
  return [
    {
      text: question.tell(who, matched, onThisNode(pair, destination)),
      textOnNodes: question.tell(who, matched, onAnyNode(destination)),
      service: destination.servicePort?.service,
      witness: witnessOf(pair, matched),
      origin: originOf(pair, destination),
    },
  ];
}
