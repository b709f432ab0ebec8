import { answerOf } from '../diff/answer.ts';
import type { ClientResult, ComparedDestination } from '../diff/compared-destination.ts';
import { type Destination, destinationKey } from '../diff/destination.ts';
import { isWithin } from '../net/cidr.ts';
import { isLoopback } from '../packet/packet.ts';
import { isReached } from '../reach/exposure.ts';
import type { FamilySurvey } from '../reach/survey.ts';
import { type DestinationFilter, matchesService, type PortFilter } from './assertion.ts';

/** Whether all that a filter gives is true of a destination. */
export function matchesDestination(
  filter: DestinationFilter,
  { destination }: Pick<ComparedDestination, 'destination'>,
): boolean {
  const { services, portNames, ports, addresses, kinds } = filter;
  const { kind, address, port, protocol, servicePort } = destination;
  if (services !== undefined && !isOfService(services, servicePort?.service)) return false;
  if (addresses.length > 0 && !addresses.some((network) => isWithin(address, network)))
    return false;
  // What a listing of the kernel calls an address may be of either kind.
  const isKind = (wanted: (typeof destination)['kind']): boolean =>
    wanted === kind ||
    (kind === 'address' && (wanted === 'external IP' || wanted === 'load-balancer IP'));
  if (kinds !== undefined && !kinds.some(isKind)) return false;
  if (ports.length + portNames.length === 0) return true;
  return (
    ports.some((each) => matchesPort(each, port, protocol)) ||
    (servicePort !== undefined && portNames.includes(servicePort.portName))
  );
}

const isOfService = (pattern: string, service: string | undefined): boolean =>
  service !== undefined && matchesService(pattern, service);

export const matchesPort = (filter: PortFilter, port: number, protocol: string): boolean =>
  filter.first <= port &&
  port <= filter.last &&
  (filter.protocol === undefined || filter.protocol === protocol);

/**
 * The destinations of a survey that there are on this node. A node port is tried at every address that could be
 * the node's: where some of those that are known have it, they stand for all.
 */
export function actualDestinations(survey: FamilySurvey): readonly ComparedDestination[] {
  let found = known.get(survey);
  if (found === undefined) {
    found = findActual(survey);
    known.set(survey, found);
  }
  return found;
}

/** Every statement asks, and every breach. */
const known = new WeakMap<FamilySurvey, readonly ComparedDestination[]>();

function findActual({ pair, destinations }: FamilySurvey): readonly ComparedDestination[] {
  const isKnown = (address: string): boolean => pair.nodeAddresses.has(address);
  const listening = new Set(
    destinations.flatMap(({ destination: { kind, address, protocol, port } }) =>
      kind === 'node port' && isKnown(address) ? [`${protocol} ${port}`] : [],
    ),
  );
  return destinations.filter(({ destination, results }) => {
    const { kind, address, protocol, port } = destination;
    if (kind === 'node port' && isLoopback(address) && !isThere(results)) return false;
    if (kind === 'address') return isFrontend(pair, destination);
    const isStoodFor = !isKnown(address) && !isLoopback(address);
    return kind !== 'node port' || !isStoodFor || !listening.has(`${protocol} ${port}`);
  });
}

/** No node port is at ::1: nobody is answered, and processes of this node are not refused either. */
const isThere = (results: readonly ClientResult[]): boolean =>
  results.some(({ packet, before, after }) =>
    [before, after].some(
      (side) =>
        isReached({ packet, after: side }) ||
        (packet.inInterface === '' && answerOf(side).kind !== 'passed'),
    ),
  );

/** An endpoint that rules name, since it may reach itself, is not an address of a Service. */
const isFrontend = ({ before, after }: FamilySurvey['pair'], destination: Destination): boolean =>
  [before, after].some(({ index }) => {
    const element = index.byAddress.get(destinationKey(destination.address, destination))?.element;
    return element !== undefined && 'verdict' in element;
  });
