import { formatNetwork, normaliseCidrs } from '../../net/cidr.ts';
import { type L4Proto, l4protos } from '../../net/family.ts';
import { type Owner, ownerOf } from '../../plan/owner.ts';
import type {
  AddressFrontend,
  FamilyPlan,
  Frontend,
  NodePortFrontend,
  ServicePortPlan,
} from '../../plan/plan.ts';
import { servicePortText } from '../../plan/service-port-name.ts';
import type { ElementVerdict, VerdictElement } from '../ast.ts';
import { chains, collections, type Entrance, endpointMapName, type List } from '../names.ts';
import { addAffinity } from './affinity.ts';
import { elementsOf, ensureSharedChain, type FragmentBuilder } from './fragment.ts';
import { endpointsOf, externalLocalChain, masqueradePickChain, pickChain } from './pick.ts';
import { drop, goto, rule } from './rules.ts';

/** Adds one ServicePort: the elements of its frontends and endpoints, and the chains they lead to. */
export function addServicePort(
  fragment: FragmentBuilder,
  family: FamilyPlan,
  servicePort: ServicePortPlan,
): void {
  const owner = ownerOf(servicePort, family);
  for (const frontend of servicePort.frontends) {
    addVerdicts(fragment, family, servicePort, frontend, owner);
    for (const list of listsOf(frontend))
      addEndpoints(fragment, servicePort, frontend, list, owner);
    if (frontend.kind === 'load-balancer-ip')
      addSourceRanges(fragment, servicePort, frontend, owner);
  }
  addHairpins(fragment, servicePort, owner);
  addAffinity(fragment, servicePort, owner);
}

function addVerdicts(
  fragment: FragmentBuilder,
  family: FamilyPlan,
  servicePort: ServicePortPlan,
  frontend: Frontend,
  owner: Owner,
): void {
  const entrance = entranceOf(frontend);
  const { verdict } = frontend;
  const element = (target: ElementVerdict): VerdictElement => ({
    key: verdictKey(frontend, l4protos[servicePort.protocol]),
    comment: servicePortText(owner.servicePort),
    verdict: target,
    frontend: frontend.kind,
    owner,
    origin: frontend.origin,
  });
  const { verdicts } = fragment;
  const isAddress = entrance === 'service';
  const serve = (target: ElementVerdict) =>
    elementsOf(verdicts, isAddress ? collections.services : collections.nodePorts).push(
      element(target),
    );
  const refuse = (target: ElementVerdict) =>
    elementsOf(
      verdicts,
      isAddress ? collections.refusedServices : collections.refusedNodePorts,
    ).push(element(target));
  switch (verdict.kind) {
    case 'pick': {
      const pick = verdict.masquerade === 'always' ? masqueradePickChain : pickChain;
      serve(goto(pick(fragment, servicePort, entrance, verdict.from)));
      return;
    }
    case 'external-local':
      serve(goto(externalLocalChain(fragment, family, servicePort, entrance)));
      // Pods and the node itself are served by remote endpoints; everybody else is dropped (G3).
      if (servicePort.localEndpoints.length === 0) refuse(drop);
      return;
    case 'reject':
      refuse(goto(refuseChain(fragment)));
      return;
    case 'drop':
      refuse(drop);
      return;
  }
}

/** `reject` is a statement, not a verdict a map could hold. */
const refuseChain = (fragment: FragmentBuilder): string =>
  ensureSharedChain(fragment, chains.refuse, () => ({ rules: [rule({ kind: 'reject' })] }));

const entranceOf = (frontend: Frontend): Entrance =>
  frontend.kind === 'node-port' ? 'node-port' : 'service';

const verdictKey = (frontend: Frontend, protocol: L4Proto): VerdictElement['key'] =>
  frontend.kind === 'node-port'
    ? [protocol, frontend.port]
    : [frontend.address, protocol, frontend.port];

/** The endpoint lists that a frontend's chains look into. */
function listsOf(frontend: Frontend): readonly List[] {
  switch (frontend.verdict.kind) {
    case 'pick':
      return [frontend.verdict.from];
    case 'external-local':
      return ['cluster', 'local'];
    case 'reject':
    case 'drop':
      return [];
  }
}

function addEndpoints(
  fragment: FragmentBuilder,
  servicePort: ServicePortPlan,
  frontend: AddressFrontend | NodePortFrontend,
  list: List,
  owner: Owner,
): void {
  const endpoints = endpointsOf(servicePort, list);
  if (endpoints.length === 0) return;
  const protocol = l4protos[servicePort.protocol];
  const elements = elementsOf(fragment.data, endpointMapName(entranceOf(frontend), list, protocol));
  endpoints.forEach((endpoint, index) => {
    elements.push({
      key:
        frontend.kind === 'node-port'
          ? [frontend.port, index]
          : [frontend.address, frontend.port, index],
      value: [endpoint.address, endpoint.port],
      nodeName: endpoint.nodeName,
      owner,
      origin: endpoint.origin,
    });
  });
}

/** P10: a load-balancer IP with source ranges is protected, and the ranges are let in. */
function addSourceRanges(
  fragment: FragmentBuilder,
  servicePort: ServicePortPlan,
  frontend: AddressFrontend,
  owner: Owner,
): void {
  if (servicePort.sourceRanges === undefined) return;
  const key = verdictKey(frontend, l4protos[servicePort.protocol]);
  const origin = frontend.origin;
  const { members } = fragment;
  elementsOf(members, collections.protectedServices).push({
    key,
    comment: servicePortText(owner.servicePort),
    owner,
    origin,
  });
  // Concatenated interval sets refuse a range inside another.
  for (const cidr of normaliseCidrs(servicePort.sourceRanges))
    elementsOf(members, collections.allowedSources).push({
      key: [...key, formatNetwork(cidr)],
      owner,
      origin,
    });
}

function addHairpins(fragment: FragmentBuilder, servicePort: ServicePortPlan, owner: Owner): void {
  const protocol = l4protos[servicePort.protocol];
  for (const list of ['cluster', 'local'] as const) {
    for (const endpoint of endpointsOf(servicePort, list)) {
      if (!endpoint.hairpin) continue;
      const { address, port, origin } = endpoint;
      elementsOf(fragment.members, collections.hairpin).push({
        key: [address, address, protocol, port],
        owner,
        origin,
      });
    }
  }
}
