import { type Answer, answerOf } from '../diff/answer.ts';
import type { Behaviour } from '../diff/behaviour.ts';
import type { Destination } from '../diff/destination.ts';
import { destinationKey, portKey } from '../diff/destination.ts';
import type { FamilyPair } from '../diff/family-pair.ts';
import { onNodes } from '../diff/nodes/wording.ts';
import { shareList } from '../diff/wording.ts';
import { formatAddressPort } from '../net/address.ts';
import { isLoopback, type Packet } from '../packet/packet.ts';
import type { Origin } from '../plan/plan.ts';
import { servicePortText } from '../plan/service-port-name.ts';
import { exposureKinds } from '../reach/format.ts';
import type { Assertion } from './assertion.ts';
import type { MatchedClient } from './match-clients.ts';

/** One way in which an assertion does not hold. */
export interface Breach {
  /** A sentence without full stop: `shop/web:http answers clients outside at 192.0.2.1:80/TCP (LoadBalancer)`. */
  readonly text: string;
  /** The same for nodes of any address; absent: the text names none of the node's. */
  readonly textOnNodes?: string;
  /** The nodes on which it is so, where each node of a cluster is judged; in the order of their names. */
  readonly nodes?: readonly string[];
  /** `namespace/name`; undefined where no Service is behind it. */
  readonly service: string | undefined;
  /** A packet that shows it, and what becomes of it; undefined where no packet is needed. */
  readonly witness: BreachWitness | undefined;
  /** The field that makes it so, where manifests were given. */
  readonly origin: Origin | undefined;
}

export interface BreachWitness {
  readonly packet: Packet;
  /** What was taken for this node's addresses. */
  readonly nodeAddresses: ReadonlySet<string>;
  readonly behaviour: Behaviour;
  /** Rules tell clients apart by the interface. */
  readonly isThroughTold: boolean;
  /** An address of the packet that was taken for this node's; undefined where it is one, or none of the packet's is. */
  readonly assumed?: string | undefined;
}

/** An assertion, and whether it holds: it does where there is no breach. */
export interface AssertionVerdict {
  readonly assertion: Assertion;
  readonly breaches: readonly Breach[];
  /** What a reader has to know beside: names in the assertion that nothing has, nodes that are not judged. */
  readonly remarks: readonly string[];
  /** Where each node of a cluster is judged: those that were, in the order of their names. */
  readonly nodes?: readonly string[];
}

/** All nodes of a cluster that were judged; undefined where none was by its name. */
export const judgedNodes = (verdicts: readonly AssertionVerdict[]): readonly string[] | undefined =>
  verdicts
    .flatMap(({ nodes }) => (nodes === undefined ? [] : [nodes]))
    .toSorted((a, b) => b.length - a.length)[0];

/** `On all 3 nodes: ` before what breaks an assertion there; nothing where one node alone is judged. */
export const whereBroken = ({ nodes }: AssertionVerdict, { nodes: own }: Breach): string =>
  nodes === undefined || own === undefined ? '' : `${onNodes(own, nodes.length)}: `;

/** The destination on nodes of any address. */
export const onAnyNode = (destination: Destination): Destination =>
  destination.kind === 'node port' && !isLoopback(destination.address)
    ? { ...destination, address: '' }
    : destination;

/** The destination as it is told of one node: an address that only stands for the node's is not named. */
export const onThisNode = (
  { isNodeKnown, nodeAddresses }: FamilyPair,
  destination: Destination,
): Destination =>
  isNodeKnown && nodeAddresses.has(destination.address) ? destination : onAnyNode(destination);

/** `192.0.2.1:80/TCP (LoadBalancer)`, `192.168.0.2:30080/TCP (NodePort)`, `node port 30080/TCP` on any node */
export function destinationText({ kind, address, port, protocol }: Destination): string {
  if (address === '') return `node port ${port}/${protocol.toUpperCase()}`;
  const at = `${formatAddressPort(address, port)}/${protocol.toUpperCase()}`;
  if (kind === 'node port') return `${at} (NodePort)`;
  if (kind === 'region') return protocol === 'icmp' ? `${address} (ICMP)` : at;
  return kind === 'address' ? at : `${at} (${exposureKinds[kind]})`;
}

/** `shop/web:http`, or what there is instead. */
export const ownerText = ({ servicePort }: Destination): string =>
  servicePort === undefined ? 'this node' : servicePortText(servicePort);

/** The client's packet, and what the side `after` does to it. */
export const witnessOf = (
  { constants, isNodeKnown, nodeAddresses: own }: FamilyPair,
  { result: { packet, nodeAddresses, after } }: MatchedClient,
): BreachWitness => ({
  packet,
  nodeAddresses,
  behaviour: after,
  isThroughTold: [...constants.interfaces].some((name) => name !== 'lo'),
  assumed: [packet.source, packet.destination].find(
    (address) =>
      nodeAddresses.has(address) && !isLoopback(address) && !(isNodeKnown && own.has(address)),
  ),
});

/** `203.0.113.77 to 192.0.2.1:80/TCP: sent to 10.1.0.5:8080` */
export function witnessText({ packet, behaviour, isThroughTold, assumed }: BreachWitness): string {
  const { source, destination, destinationPort, protocol, inInterface, mark } = packet;
  const to =
    protocol === 'icmp'
      ? `${destination} (ICMP)`
      : `${formatAddressPort(destination, destinationPort)}/${protocol.toUpperCase()}`;
  const through = inInterface === '' || !isThroughTold ? '' : ` through ${inInterface}`;
  const marked = mark === 0 ? '' : ` with mark 0x${mark.toString(16)}`;
  const answer = answerText(answerOf(behaviour));
  const standing = assumed === undefined ? '' : ` (${assumed} stands for this node)`;
  return `${source}${through}${marked} to ${to}: ${answer}${standing}`;
}

export function answerText(answer: Answer): string {
  switch (answer.kind) {
    case 'served': {
      const snat = {
        always: ', source rewritten',
        never: '',
        sometimes: ', source at times rewritten',
      };
      return `sent to ${shareList(answer.endpoints)}${snat[answer.snat]}`;
    }
    case 'passed':
      return 'passed on untouched';
    case 'dropped':
      return 'dropped';
    case 'refused':
      return 'refused';
  }
}

/** The field that gives a Service the destination. */
export function originOf(
  { after, before }: FamilyPair,
  destination: Destination,
): Origin | undefined {
  const elementOf = ({ index }: FamilyPair['after']) =>
    (destination.kind === 'node port'
      ? index.byPort.get(portKey(destination))
      : index.byAddress.get(destinationKey(destination.address, destination))
    )?.element;
  return (elementOf(after) ?? elementOf(before))?.origin;
}
