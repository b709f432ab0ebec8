import type { Service } from '../model/cluster.ts';
import type { Collection } from '../nftables/ast.ts';
import { collections } from '../nftables/names.ts';
import { findElement, indexElements } from '../nftables/simulate/element-index.ts';
import { isLocal, isLoopback, type Packet } from '../packet/packet.ts';
import type { UnservedReason } from '../plan/plan.ts';
import type { ExplainContext } from './context.ts';
import type { Reason } from './explanation.ts';
import { ownerName, portList, type RulesetFrontend } from './frontends.ts';
import { formatEndpoint } from './open-question.ts';
import type { Unmatched } from './unmatched.ts';

/** At most so many are named. */
const most = 5;

/** Destinations of Services that are close to one that no Service has, the closest first. */
export function nearMisses(
  packet: Packet,
  unmatched: Unmatched,
  context: ExplainContext,
): readonly Reason[] {
  return [
    // The refusal itself says what else a cluster IP serves.
    ...(unmatched === 'no-such-port' ? [] : otherPorts(packet, context)),
    ...nodePorts(packet, context),
    ...servicePortsOfNode(packet, context),
    ...unservedServices(packet, context),
    ...endpoints(packet, context),
  ].slice(0, most);
}

/** The address is a Service's; the port or the protocol is not. */
function otherPorts(
  { destination, destinationPort, protocol }: Packet,
  context: ExplainContext,
): Reason[] {
  const services = groupByService(
    context.frontends.filter(({ address }) => address === destination),
  );
  return [...services].map(([service, frontends]) => {
    const [first] = frontends;
    const origin = first?.element.origin;
    const samePort = frontends.filter(({ port }) => port === destinationPort);
    if (samePort.length > 0) {
      const text = `${service} serves ${formatEndpoint(destination, destinationPort)} over ${protocolList(samePort)}, not ${protocol}`;
      return { text, origin };
    }
    return {
      text: `${destination} belongs to ${service}, which serves ${portList(frontends)}`,
      origin,
    };
  });
}

/** The port is a node port; the address or the protocol is not right for it. */
function nodePorts(packet: Packet, context: ExplainContext): Reason[] {
  const { destinationPort, protocol } = packet;
  const here = context.frontends.filter(
    ({ kind, port }) => kind === 'node port' && port === destinationPort,
  );
  return here.map((frontend) => ({
    text: `node port ${destinationPort} of ${frontend.name} exists, but ${
      frontend.protocol === protocol
        ? wrongAddress(packet.destination, context)
        : `over ${frontend.protocol}, not ${protocol}`
    }`,
    origin: frontend.element.origin,
  }));
}

function wrongAddress(address: string, context: ExplainContext): string {
  const { host } = context.subject;
  const listed = networksOf(context.table?.collections, collections.nodePortAddresses);
  const isListed = findElement(indexElements(listed), [address]) !== undefined;
  if (!isListed) {
    return `${address} is outside --nodeport-addresses ${listed.map(({ key }) => key.join()).join(', ')}`;
  }
  if (isLoopback(address)) return 'node ports do not answer on this loopback address';
  const known = [...host.addresses].filter((own) => own.includes(':') === address.includes(':'));
  return isLocal(host, address)
    ? `not for ${address}`
    : `${address} is no address of this node (${known.join(', ') || 'none is known'})`;
}

const networksOf = (all: readonly Collection[] | undefined, name: string): Collection['elements'] =>
  all?.find((collection) => collection.name === name)?.elements ?? [];

/** The node's own address with a Service's port: on the node it has another. */
function servicePortsOfNode(packet: Packet, { frontends, subject }: ExplainContext): Reason[] {
  if (!isLocal(subject.host, packet.destination)) return [];
  const nodePortOf = new Map(
    frontends
      .filter(({ kind }) => kind === 'node port')
      .map((frontend) => [`${frontend.name} ${frontend.protocol}`, frontend]),
  );
  const reasons = new Map<string, Reason>();
  for (const { kind, port, protocol, name } of frontends) {
    const nodePort = nodePortOf.get(`${name} ${protocol}`);
    const isAsked = port === packet.destinationPort && protocol === packet.protocol;
    if (kind === 'node port' || !isAsked || nodePort === undefined) continue;
    reasons.set(name, {
      text: `${name} has port ${port}, but on a node's address it is node port ${nodePort.port}`,
      origin: nodePort.element.origin,
    });
  }
  return [...reasons.values()];
}

const unservedWords: Record<UnservedReason, string> = {
  'other-proxy': 'is left to another proxy (label service.kubernetes.io/service-proxy-name)',
  'external-name': 'is of type ExternalName',
  headless: 'is headless',
  'no-cluster-ip': 'has no cluster IP yet',
  'other-family': 'has no cluster IP of this family',
  'no-ports': 'has no ports',
};

/** The address stands in a Service that gets no rules, or in an ingress entry that gets none. */
function unservedServices({ destination }: Packet, { subject }: ExplainContext): Reason[] {
  const { compiled } = subject;
  if (compiled === undefined) return [];
  const unserved = new Map(
    compiled.plan.unserved.map((entry) => [`${entry.namespace}/${entry.service}`, entry]),
  );
  return compiled.cluster.services.flatMap((service): Reason[] => {
    const name = `${service.namespace}/${service.name}`;
    const entry = unserved.get(name);
    if (entry !== undefined && addressesOf(service).includes(destination)) {
      const text = `${destination} stands in ${name}, which ${unservedWords[entry.reason]}`;
      return [{ text, origin: entry.origin }];
    }
    const proxied = service.ingress.find(
      ({ ip, ipMode }) => ip === destination && ipMode === 'Proxy',
    );
    if (proxied === undefined) return [];
    return [
      {
        text: `${destination} is a load-balancer IP of ${name} with ipMode Proxy: packets go to the load balancer`,
        origin: {
          object: service.object,
          path: ['status', 'loadBalancer', 'ingress', proxied.index, 'ipMode'],
        },
      },
    ];
  });
}

const addressesOf = (service: Service): readonly (string | undefined)[] => [
  ...service.clusterIPs,
  ...service.externalIPs,
  ...service.ingress.map(({ ip }) => ip),
];

/** The packet goes straight to a pod: no Service is involved. */
function endpoints(
  { destination, destinationPort, protocol }: Packet,
  { table }: ExplainContext,
): Reason[] {
  const owners = new Map<string, Reason>();
  for (const collection of table?.collections ?? []) {
    // Client maps have an address alone as their value.
    if (collection.kind !== 'data-map' || collection.value[1] !== `${protocol} dport`) continue;
    for (const element of collection.elements) {
      const { value } = element;
      if (value[0] !== destination || value[1] !== destinationPort) continue;
      const name = ownerName(element);
      const text = `${formatEndpoint(destination, destinationPort)} is itself an endpoint of ${name}`;
      owners.set(name, { text, origin: element.origin });
    }
  }
  return [...owners.values()];
}

function groupByService(
  frontends: readonly RulesetFrontend[],
): ReadonlyMap<string, readonly RulesetFrontend[]> {
  const groups = new Map<string, RulesetFrontend[]>();
  for (const frontend of frontends) {
    const name = frontend.servicePort.service;
    const group = groups.get(name) ?? [];
    group.push(frontend);
    groups.set(name, group);
  }
  return groups;
}

const protocolList = (frontends: readonly RulesetFrontend[]): string =>
  [...new Set(frontends.map(({ protocol }) => protocol))].join(', ');
