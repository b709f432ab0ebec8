import { type L4Proto, l4protos } from '../../net/family.ts';
import type { FamilyPlan, ServicePortPlan } from '../../plan/plan.ts';
import type { Selector } from '../ast.ts';
import {
  chains,
  type Entrance,
  endpointMapName,
  externalLocalChainName,
  type List,
  masqueradeChainName,
  pickChainName,
  stickyChainName,
  stickyExternalLocalChainName,
} from '../names.ts';
import { clientLookups } from './affinity.ts';
import { ensureChain, ensureSharedChain, type FragmentBuilder } from './fragment.ts';
import { fibLocal, fromLocalPod, goto, jump, rule } from './rules.ts';
import { dports } from './selectors.ts';

/**
 * The chains that choose an endpoint. Those without session affinity are shared: one for each number
 * of endpoints that occurs. Each function returns the chain's name, making the chain when needed.
 */

/** The key of an endpoint map, with the modulus that a rule or the declaration wants. */
export function endpointKey(entrance: Entrance, protocol: L4Proto, index: Selector): Selector[] {
  return entrance === 'service' ? ['daddr', dports[protocol], index] : [dports[protocol], index];
}

/** DNAT to a random endpoint of the list; for a sticky ServicePort to the client's own first. */
export function pickChain(
  fragment: FragmentBuilder,
  servicePort: ServicePortPlan,
  entrance: Entrance,
  list: List,
): string {
  const pick = randomPickChain(fragment, servicePort, entrance, list);
  if (servicePort.affinityTimeout === undefined) return pick;
  return ensureChain(fragment.ownChains, stickyChainName(entrance, list, servicePort), () => ({
    rules: [...clientLookups(servicePort, list), rule(goto(pick))],
  }));
}

function randomPickChain(
  fragment: FragmentBuilder,
  servicePort: ServicePortPlan,
  entrance: Entrance,
  list: List,
): string {
  const protocol = l4protos[servicePort.protocol];
  const count = endpointsOf(servicePort, list).length;
  return ensureSharedChain(fragment, pickChainName(entrance, list, protocol, count), () => ({
    rules: [
      rule({
        kind: 'dnat',
        key: endpointKey(entrance, protocol, { kind: 'numgen random', modulus: count }),
        map: endpointMapName(entrance, list, protocol),
      }),
    ],
  }));
}

/** Chains that lead to a client's own endpoint are the ServicePort's own. */
const chainsFor = (
  { ownChains, sharedChains }: FragmentBuilder,
  { affinityTimeout }: ServicePortPlan,
): FragmentBuilder['ownChains'] => (affinityTimeout === undefined ? sharedChains : ownChains);

export const endpointsOf = (
  servicePort: ServicePortPlan,
  list: List,
): ServicePortPlan['clusterEndpoints'] =>
  list === 'local' ? servicePort.localEndpoints : servicePort.clusterEndpoints;

/** Mark for masquerade, then pick. */
export function masqueradePickChain(
  fragment: FragmentBuilder,
  servicePort: ServicePortPlan,
  entrance: Entrance,
  list: List,
): string {
  const pick = pickChain(fragment, servicePort, entrance, list);
  const build = () => ({ rules: [rule(jump(chains.markForMasquerade)), rule(goto(pick))] });
  const name = masqueradeChainName(pick);
  return servicePort.affinityTimeout === undefined
    ? ensureSharedChain(fragment, name, build)
    : ensureChain(fragment.ownChains, name, build);
}

/** External traffic policy Local (P3): who the client is decides which list it gets. */
export function externalLocalChain(
  fragment: FragmentBuilder,
  family: FamilyPlan,
  servicePort: ServicePortPlan,
  entrance: Entrance,
): string {
  const localCount = servicePort.localEndpoints.length;
  const name =
    servicePort.affinityTimeout === undefined
      ? externalLocalChainName(
          entrance,
          l4protos[servicePort.protocol],
          servicePort.clusterEndpoints.length,
          localCount,
        )
      : stickyExternalLocalChainName(entrance, servicePort);
  return ensureChain(chainsFor(fragment, servicePort), name, () => {
    const pick = pickChain(fragment, servicePort, entrance, 'cluster');
    const detector = family.localDetector;
    return {
      role: 'external-local',
      rules: [
        // The short cut of P3.1: as if the packet had gone to the cloud's balancer and come back.
        ...(detector === undefined ? [] : [rule(fromLocalPod(detector, false), goto(pick))]),
        rule(
          fibLocal('saddr'),
          goto(masqueradePickChain(fragment, servicePort, entrance, 'cluster')),
        ),
        // Without a local endpoint the packet stays as it is, and refuse-services drops it.
        ...(localCount === 0
          ? []
          : [rule(goto(pickChain(fragment, servicePort, entrance, 'local')))]),
      ],
    };
  });
}
