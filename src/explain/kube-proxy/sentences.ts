/** Why kube-proxy's rules do what they do, in the words that natc has for its own; of either mode. */
import type { Packet } from '../../packet/packet.ts';
import type { ExplainContext } from '../context.ts';
import type { Reason } from '../explanation.ts';
import { portList, type RulesetFrontend } from '../frontends.ts';
import { refusalReason } from '../refusal.ts';

/** The destination that the packet is for, as the outline of the listing has it. */
export const frontendAt = (
  { destination, destinationPort, protocol }: Packet,
  isNodePort: boolean,
  { frontends }: ExplainContext,
): RulesetFrontend | undefined =>
  frontends.find(
    (each) =>
      each.protocol === protocol &&
      each.port === destinationPort &&
      (isNodePort ? each.address === undefined : each.address === destination),
  );

/** Refused or dropped, since there is no endpoint to offer. */
export const noEndpointReason = (
  frontend: RulesetFrontend,
  isDropped: boolean,
  context: ExplainContext,
): Reason =>
  refusalReason(
    { ...frontend.element, verdict: isDropped ? { kind: 'drop' } : { kind: 'return' } },
    context,
  );

export const sourceRangeReason = (
  { source, destination }: Packet,
  frontend: RulesetFrontend | undefined,
): Reason => {
  const object = frontend?.element.origin?.object;
  return {
    text: `${source} is in none of the load-balancer source ranges of ${frontend?.name ?? destination}`,
    origin: object && { object, path: ['spec', 'loadBalancerSourceRanges'] },
  };
};

/** A cluster IP with another port. */
export function otherPortReason({ destination }: Packet, { frontends }: ExplainContext): Reason {
  const here = frontends.filter(({ address }) => address === destination);
  const [first] = here;
  if (first === undefined) return { text: `${destination} is a cluster IP that serves no port` };
  const names = [...new Set(here.map(({ servicePort }) => servicePort.service))].join(' and ');
  return {
    text: `${destination} is the cluster IP of ${names}, which serves only ${portList(here)}`,
    origin: first.element.origin,
  };
}

export const noServiceReason = ({ destination }: Packet, network: string): Reason => ({
  text: `no Service has ${destination}, an address in ${network}`,
});

export const masqueradeReasons = {
  all: { text: 'masqueradeAll is on' },
  anyNode: { text: 'the endpoint may be on any node, and has to answer through this one' },
  madeHere: { text: 'it is made on this node' },
  itself: { text: 'the client is this endpoint itself' },
  outside: (network: string) => ({
    text: `the client is no pod: its address is outside ${network}`,
  }),
  elsewhere: (name: string) => ({
    text: `the client is no pod: it did not come in through ${name}`,
  }),
} as const;

export const localPolicyReasons = {
  pod: { text: 'external traffic policy Local: from a pod, so any endpoint may answer' },
  madeHere: {
    text: 'external traffic policy Local: made on this node, so any endpoint may answer',
  },
  others: { text: 'external traffic policy Local: only endpoints on this node may answer' },
} as const;

export const pinnedReason = (endpoint: string): Reason => ({
  text: `session affinity ClientIP: the client is pinned to ${endpoint}`,
});

export const pickedReason = (timeout: number): Reason => ({
  text: `session affinity ClientIP: the endpoint is picked at random, and kept for the client's connections of the next ${timeout} s`,
});
