import { parseDestinationKey } from '../diff/destination.ts';
import type { DestinationFacts } from '../diff/destination-index.ts';
import { namedOwner } from '../explain/frontends.ts';
import type { FamilySurvey } from '../reach/survey.ts';
import { matchesService } from './assertion.ts';

type Side = Pick<FamilySurvey['pair']['after'], 'index'>;

/** Addresses that the destinations of some Services are sent to, whoever asks. @param pattern of `namespace/name` */
export function endpointAddressesOf({ index }: Side, pattern: string): ReadonlySet<string> {
  const facts = [...index.byAddress.values(), ...index.byPort.values()];
  const addresses = facts
    .filter((each) => isOf(each, pattern))
    .flatMap(({ targets }) => targets.map((target) => parseDestinationKey(target).address));
  return new Set(addresses);
}

/** Addresses of some Services themselves: cluster IPs, external IPs and those of load balancers. */
export function addressesOf({ index }: Side, pattern: string): ReadonlySet<string> {
  const found = [...index.byAddress].filter(([, facts]) => isOf(facts, pattern));
  return new Set(found.map(([key]) => parseDestinationKey(key).address));
}

/** An endpoint as a destination of its own is nobody's frontend. */
const isOf = ({ element }: DestinationFacts, pattern: string): boolean =>
  element !== undefined &&
  'verdict' in element &&
  matchesService(pattern, namedOwner(element).service);
