import { l4protos } from '../../net/family.ts';
import type { Owner } from '../../plan/owner.ts';
import type { Endpoint, ServicePortPlan } from '../../plan/plan.ts';
import { servicePortText } from '../../plan/service-port-name.ts';
import type { Rule, Selector } from '../ast.ts';
import {
  clientMapName,
  type Entrance,
  endpointSetName,
  type List,
  learnChainName,
  stickyMapName,
} from '../names.ts';
import { elementsOf, type FragmentBuilder } from './fragment.ts';
import { goto, inSet, rule } from './rules.ts';
import { dports } from './selectors.ts';

/**
 * Session affinity (A1 to A12) with one look-up whatever the number of endpoints: a map from client
 * to endpoint address, one per ServicePort, list and target port. nft cannot write a computed value
 * into a map, so the pin is learnt after DNAT, where the packet already carries the endpoint.
 *
 * The map's value is the address alone: nft 1.0.6 aborts on IPv6 `update @m { saddr : daddr . port }`.
 */

/** First in a sticky pick chain: the client's own endpoint, if it has one. */
export function clientLookups(servicePort: ServicePortPlan, list: List): readonly Rule[] {
  const protocol = l4protos[servicePort.protocol];
  return targetPorts(listOf(servicePort, list)).map((port) =>
    rule(
      { kind: 'l4proto', protocol },
      { kind: 'dnat', key: ['saddr'], map: clientMapName(list, servicePort, port), port },
    ),
  );
}

/** Adds what makes one sticky ServicePort remember its clients. */
export function addAffinity(
  fragment: FragmentBuilder,
  servicePort: ServicePortPlan,
  owner: Owner,
): void {
  const timeout = servicePort.affinityTimeout;
  const lists = (['cluster', 'local'] as const).filter((list) => isPicked(servicePort, list));
  if (timeout === undefined || lists.length === 0) return;

  const protocol = l4protos[servicePort.protocol];
  const learn: Rule[] = [];
  for (const list of lists) {
    const endpoints = listOf(servicePort, list);
    const set = endpointSetName(list, servicePort);
    fragment.ownSets.push({
      kind: 'set',
      name: set,
      key: ['daddr', dports[protocol]],
      interval: false,
      elements: [],
    });
    for (const { address, port, origin } of endpoints)
      elementsOf(fragment.members, set).push({ key: [address, port], owner, origin });
    for (const port of targetPorts(endpoints)) {
      const map = clientMapName(list, servicePort, port);
      // Without `size`: the kernel holds room for as many as it says, a mebibyte for each map, from the
      // start. By default a map that rules write to holds as many, 65535, and grows with its clients (A10).
      fragment.ownMaps.push({
        kind: 'data-map',
        name: map,
        key: ['saddr'],
        value: ['daddr'],
        clients: {
          servicePort: owner.servicePort,
          protocol,
          list,
          endpointPort: port,
        },
        dynamic: true,
        timeout,
        elements: [],
      });
      learn.push(
        rule(
          inSet(['daddr', dports[protocol]], set),
          { kind: 'dport', protocol, port },
          { kind: 'map-update', operation: 'update', map, key: 'saddr', value: 'daddr' },
        ),
      );
    }
  }
  const chain = learnChainName(servicePort);
  fragment.ownChains.set(chain, { name: chain, rules: learn });
  for (const frontend of servicePort.frontends) {
    if (frontend.verdict.kind === 'reject' || frontend.verdict.kind === 'drop') continue;
    const entrance: Entrance = frontend.kind === 'node-port' ? 'node-port' : 'service';
    elementsOf(fragment.verdicts, stickyMapName(entrance, protocol)).push({
      key: frontend.kind === 'node-port' ? [frontend.port] : [frontend.address, frontend.port],
      comment: servicePortText(owner.servicePort),
      verdict: goto(chain),
      owner,
      origin: frontend.origin,
    });
  }
}

/**
 * What the rules in `remember-clients` look up: where the connection went before DNAT. The maps are
 * declared with the packet's own fields: nft cannot parse elements of type `ct original …`.
 */
export const stickyKey = (entrance: Entrance): readonly Selector[] =>
  entrance === 'service'
    ? ['ct original daddr', 'ct original proto-dst']
    : ['ct original proto-dst'];

const listOf = (servicePort: ServicePortPlan, list: List): readonly Endpoint[] =>
  list === 'local' ? servicePort.localEndpoints : servicePort.clusterEndpoints;

/** Some frontend of the ServicePort sends connections to a member of the list. */
function isPicked(servicePort: ServicePortPlan, list: List): boolean {
  return (
    listOf(servicePort, list).length > 0 &&
    servicePort.frontends.some(
      ({ verdict }) =>
        verdict.kind === 'external-local' || (verdict.kind === 'pick' && verdict.from === list),
    )
  );
}

/** The distinct ports of the endpoints: a named target port may differ from pod to pod. */
const targetPorts = (endpoints: readonly Endpoint[]): readonly number[] =>
  [...new Set(endpoints.map((endpoint) => endpoint.port))].sort((a, b) => a - b);
