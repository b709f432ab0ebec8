import { answerOf } from '../diff/answer.ts';
import { type RulesetFrontend, rulesetFrontends } from '../explain/frontends.ts';
import { formatAddressPort } from '../net/address.ts';
import { isWithin } from '../net/cidr.ts';
import { collections } from '../nftables/names.ts';
import { exposureKinds } from '../reach/format.ts';
import type { FamilySurvey } from '../reach/survey.ts';
import {
  type AddressStatement,
  isServiceSelected,
  matchesService,
  type NodePortStatement,
  type OwnerStatement,
} from './assertion.ts';
import { type Breach, witnessOf } from './breach.ts';
import { addressesOf, endpointAddressesOf } from './endpoints-of.ts';
import { missingServices } from './judge-endpoints.ts';
import type { Judgement } from './judgement.ts';
import { actualDestinations, matchesPort } from './match-destinations.ts';

const kindOf: Readonly<Record<AddressStatement['verb'], RulesetFrontend['kind']>> = {
  externalIPsMustBeIn: 'external IP',
  loadBalancerIPsMustBeIn: 'load-balancer IP',
};

/** A listing of the kernel tells cluster IPs from other addresses, and no more: those count as either. */
export function judgeAddresses(
  { verb, services, networks }: AddressStatement,
  own: readonly FamilySurvey[],
): Judgement {
  const wanted = kindOf[verb];
  return judgeFrontends(own, services.services, (frontend, survey) => {
    const { address, kind, servicePort } = frontend;
    if (address === undefined || !isServiceSelected(services, servicePort.service))
      return undefined;
    const isUnknown = kind === 'address' && !isClusterIP(survey, address);
    if (kind !== wanted && !isUnknown) return undefined;
    if (networks.some((network) => isWithin(address, network))) return undefined;
    const what = isUnknown ? 'address, which may be of the kind,' : exposureKinds[wanted];
    return `the ${what} ${address} of ${servicePort.service} is in none of ${networks.join(', ')}`;
  });
}

export function judgeNodePorts(
  { services, ports }: NodePortStatement,
  own: readonly FamilySurvey[],
): Judgement {
  return judgeFrontends(own, services.services, ({ kind, port, protocol, servicePort }) => {
    if (kind !== 'node port' || !isServiceSelected(services, servicePort.service)) return undefined;
    if (ports.some((filter) => matchesPort(filter, port, protocol))) return undefined;
    return `node port ${port}/${protocol.toUpperCase()} of ${servicePort.service} is in none of ${ports.map(rangeText).join(', ')}`;
  });
}

const rangeText = ({ first, last, protocol }: NodePortStatement['ports'][number]): string =>
  `${first === last ? first : `${first}-${last}`}${protocol === undefined ? '' : `/${protocol.toUpperCase()}`}`;

/** No Service but the owners answers at the addresses; node ports are no addresses of Services. */
export function judgeOwners(
  { addresses, addressesOf: ofServices, owners }: OwnerStatement,
  own: readonly FamilySurvey[],
): Judgement {
  const theirs = new Set(
    own.flatMap(({ pair: { after } }) =>
      ofServices.flatMap((pattern) => [
        ...addressesOf(after, pattern),
        ...endpointAddressesOf(after, pattern),
      ]),
    ),
  );
  const isProtected = (address: string): boolean =>
    theirs.has(address) || addresses.some((network) => isWithin(address, network));
  return judgeFrontends(own, ofServices, ({ address, servicePort, port, protocol }) => {
    if (address === undefined || !isProtected(address)) return undefined;
    if (owners.some((pattern) => matchesService(pattern, servicePort.service))) return undefined;
    return `${servicePort.service} answers at ${formatAddressPort(address, port)}/${protocol.toUpperCase()}, and only ${owners.join(', ')} may`;
  });
}

const isClusterIP = ({ pair: { after } }: FamilySurvey, address: string): boolean =>
  after.index.addressSets.some(
    ({ name, networks }) => name === collections.clusterIPs && networks.includes(address),
  );

/** @param judge gives the text of the breach; undefined where there is none */
function judgeFrontends(
  own: readonly FamilySurvey[],
  named: readonly string[],
  judge: (frontend: RulesetFrontend, survey: FamilySurvey) => string | undefined,
): Judgement {
  const breaches = own.flatMap((survey) =>
    frontendsIn(survey).flatMap((frontend): readonly Breach[] => {
      const text = judge(frontend, survey);
      return text === undefined ? [] : [breachOf(frontend, survey, text)];
    }),
  );
  const names = own.flatMap((survey) =>
    frontendsIn(survey).map(({ servicePort }) => servicePort.service),
  );
  return {
    breaches,
    remarks: missingServices(
      named.filter((each) => each !== '*'),
      names,
    ),
  };
}

const frontendsIn = ({ pair: { after } }: FamilySurvey): readonly RulesetFrontend[] =>
  after.table === undefined ? [] : rulesetFrontends(after.table);

/** With a packet that is answered there, where one is. */
function breachOf(frontend: RulesetFrontend, survey: FamilySurvey, text: string): Breach {
  const { address, port, protocol, servicePort, element } = frontend;
  const compared = actualDestinations(survey).find(
    ({ destination }) =>
      destination.port === port &&
      destination.protocol === protocol &&
      (address === undefined ? destination.kind === 'node port' : destination.address === address),
  );
  const result = compared?.results.find(({ after }) => answerOf(after).kind === 'served');
  return {
    text,
    service: servicePort.service,
    witness:
      result && witnessOf(survey.pair, { result, source: result.client.address, isOutside: false }),
    origin: element.origin,
  };
}
