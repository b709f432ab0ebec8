/** Every risk that natc diff tells of. docs/risks.md is held equal to it. */

export type RiskSeverity = 'high' | 'medium' | 'low';

/** The worst first. */
export const severities: readonly RiskSeverity[] = ['high', 'medium', 'low'];

export interface RiskEntry {
  readonly severity: RiskSeverity;
  /** The name that documents have. */
  readonly kind: string;
  /** What it is, in a few words. */
  readonly title: string;
  /** Why somebody should look. */
  readonly meaning: string;
  /** When it is given, and when not. */
  readonly given: string;
  /** What is said of a Service. */
  readonly example: string;
  /** It is about what one Service does to others: the Service's own annotation cannot accept it. */
  readonly isAboutOthers?: true;
}

/** By code; codes are never reused. */
export const riskTable = {
  NATC6001: {
    severity: 'high',
    kind: 'DESTINATION_TAKEN_OVER',
    title: 'takes over a destination of another Service',
    meaning:
      'Connections to the address and port went to another Service, which is still there, and now go to this one.',
    given: 'Also where the other Service gave it up. Not where that one is gone.',
    example:
      'a/evil takes over 198.51.100.1:443/TCP from shop/web: a load-balancer IP goes before an external IP',
    isAboutOthers: true,
  },
  NATC6002: {
    severity: 'medium',
    kind: 'CLAIM_LOST',
    title: 'claims a destination of another Service and does not get it',
    meaning:
      'No packet changes now. Once the other Service is gone or loses the address, this one has it.',
    given: 'For a claim that is new, with `--validate warn`; with `strict` it is an error.',
    example:
      'a/evil claims 172.30.0.1:443/TCP of default/kubernetes and does not get it: a cluster IP goes before an external IP',
    isAboutOthers: true,
  },
  NATC6003: {
    severity: 'high',
    kind: 'NOT_ANSWERED_ANY_MORE',
    title: 'was answered, and is not any more',
    meaning:
      'Clients of some kind (everybody, all outside, all pods) were sent to endpoints, and are now refused, dropped, or left to themselves.',
    given:
      'For a Service that is gone or another proxy serves, an address, port or protocol that is gone or another, no usable endpoint, none on this node under policy Local: high though other nodes serve, since a load balancer sends this node connections until its health check fails, and whoever knows its address for ever; `--all-nodes` names the nodes. Not where nobody was answered before.',
    example: 'load-balancer IP 198.51.100.10:80/TCP: clients outside are not answered any more',
  },
  NATC6004: {
    severity: 'medium',
    kind: 'FEWER_CLIENTS_ANSWERED',
    title: 'some clients are not answered any more',
    meaning:
      'Others of their kind still are: a source range is narrower, or one of several is gone.',
    given: 'Not where all clients of a kind are lost: that is NATC6003.',
    example:
      'load-balancer IP 198.51.100.10:80/TCP: clients in 203.0.113.0/24 (except 203.0.113.0/28) are not answered any more',
  },
  NATC6005: {
    severity: 'high',
    kind: 'REACHABLE_FROM_OUTSIDE',
    title: 'reachable from outside, and was not',
    meaning:
      'An external IP, load-balancer IP or node port answers clients that are neither pods nor on this node.',
    given:
      'For an address or port that the Service did not have, or that admitted nobody from outside. Not for cluster IPs, to which no route leads from outside, nor where only endpoints come back: that is NATC6020.',
    example: 'node port 30080/TCP: reachable from outside now',
  },
  NATC6006: {
    severity: 'high',
    kind: 'OPEN_TO_EVERYONE',
    title: 'open to every client',
    meaning: 'Clients from everywhere are let in, where only some networks were.',
    given: 'Not where more networks are let in, but not all: that is NATC6007.',
    example: 'load-balancer IP 198.51.100.10:80/TCP: open to every client now',
  },
  NATC6007: {
    severity: 'medium',
    kind: 'MORE_CLIENTS_ADMITTED',
    title: 'wider sources',
    meaning: 'Networks outside are let in beside those that were.',
    given: 'Not where nobody from outside was answered before: that is NATC6005.',
    example: 'load-balancer IP 198.51.100.10:80/TCP: admits clients in 192.0.2.0/24 now',
  },
  NATC6008: {
    severity: 'medium',
    kind: 'MOST_ENDPOINTS_LOST',
    title: 'fewer than half of the endpoints are left',
    meaning: 'The rest may not stand the load. One zone hint, or policy Local, is enough to do it.',
    given: 'For endpoints that this node uses. Not where half of them or more are left.',
    example: 'cluster IP 10.96.0.20:80/TCP: 1 of 5 endpoints is left',
  },
  NATC6009: {
    severity: 'high',
    kind: 'ENDPOINTS_OF_OTHER_SERVICE',
    title: 'everything goes to the endpoints of another Service',
    meaning: 'No endpoint is one of before, and all of them were endpoints of another Service.',
    given: 'Not where one of the former endpoints is left, nor for a Service that is new.',
    example: 'cluster IP 10.96.0.20:80/TCP: everything goes to the endpoints of shop/db',
  },
  NATC6010: {
    severity: 'medium',
    kind: 'ALL_ENDPOINTS_REPLACED',
    title: 'everything goes to other endpoints',
    meaning: 'No endpoint has an address of before.',
    given:
      'Not where one of the former addresses is left, nor where one side alone has addresses that natc made up.',
    example: 'cluster IP 10.96.0.20:80/TCP: everything goes to other endpoints',
  },
  NATC6011: {
    severity: 'medium',
    kind: 'CLIENT_ADDRESS_LOST',
    title: "the client's address is lost",
    meaning:
      'Endpoints see an address of this node: logs, limits and network policies that go by the client no longer do.',
    given:
      'Where SNAT begins for clients outside or pods. Not for an endpoint that reaches itself.',
    example:
      "load-balancer IP 198.51.100.10:80/TCP: the client's address is lost for clients outside",
  },
  NATC6012: {
    severity: 'medium',
    kind: 'AFFINITY_LOST',
    title: 'session affinity ends',
    meaning:
      'Connections of one client go to any endpoint: sessions that one endpoint holds break.',
    given: 'Not where the timeout changes, or clients that are known so far are forgotten.',
    example: 'cluster IP 10.96.0.20:80/TCP: session affinity ends',
  },
  NATC6013: {
    severity: 'medium',
    kind: 'ENDPOINT_OUTSIDE_PODS',
    title: 'an endpoint is outside the pod networks',
    meaning: 'The Service leads to something that is no pod.',
    given:
      'For an endpoint that is new to the Service, where the pod networks are known (`--cluster-cidr`, or all Nodes have theirs). Not for default/kubernetes.',
    example: 'cluster IP 10.96.0.20:80/TCP: the endpoint 192.0.2.50 is outside the pod networks',
  },
  NATC6014: {
    severity: 'high',
    kind: 'ENDPOINT_ON_NODE',
    title: 'an endpoint is an address of a node',
    meaning: "The Service leads to the host's own ports: the kubelet, SSH, the API server.",
    given:
      'For an endpoint that is new to the Service, where nodes are known. Not for default/kubernetes, whose endpoints are control-plane nodes.',
    example: 'cluster IP 10.96.0.20:80/TCP: the endpoint 192.168.0.11 is an address of a node',
  },
  NATC6015: {
    severity: 'high',
    kind: 'ENDPOINT_LINK_LOCAL',
    title: 'an endpoint is link-local, on the loopback, or a metadata service',
    meaning:
      "Pods that network policies keep from the cloud's metadata and its credentials reach it through the Service.",
    given:
      'For an endpoint that is new to the Service and in 169.254.0.0/16, fe80::/10 or 127.0.0.0/8, or one of the addresses where clouds have their metadata.',
    example: 'cluster IP 10.96.0.20:80/TCP: the endpoint 169.254.169.254 is a metadata service',
  },
  NATC6016: {
    severity: 'high',
    kind: 'ADDRESS_OF_NODE',
    title: "the Service's address is one of a node",
    meaning: 'Connections to that port of the node go to the Service instead.',
    given: 'For an address that is new to the Service, where nodes are known.',
    example: 'external IP 192.168.0.11:22/TCP: the address is one of a node too',
    isAboutOthers: true,
  },
  NATC6017: {
    severity: 'high',
    kind: 'ADDRESS_OF_OTHER_SERVICE',
    title: "the Service's address is one of another Service",
    meaning: 'Ports that the other one does not have go here; who gets the others is contested.',
    given: 'For an external or load-balancer IP that is new to the Service.',
    example: 'external IP 198.51.100.10:81/TCP: the address belongs to shop/web too',
    isAboutOthers: true,
  },
  NATC6018: {
    severity: 'high',
    kind: 'ADDRESS_OF_CONTROL_PLANE',
    title: "the Service's address is one of the API server or of the cluster's DNS",
    meaning: 'Who holds it sees credentials, or tells pods where names lead.',
    given:
      'For an external or load-balancer IP that is new to the Service and is an address or endpoint of default/kubernetes, or of kube-dns in kube-system.',
    example: 'external IP 10.96.0.10:53/UDP: the address is one of kube-system/kube-dns',
    isAboutOthers: true,
  },
  NATC6019: {
    severity: 'high',
    kind: 'ENDPOINT_IS_SERVICE',
    title: 'an endpoint is the address of a Service',
    meaning:
      'Packets that were sent there are not looked up again: nothing answers, or something that was not meant.',
    given: 'For an endpoint that is new to the Service.',
    example: 'cluster IP 10.96.0.20:80/TCP: the endpoint 10.96.0.30 is an address of shop/db',
  },
  NATC6020: {
    severity: 'low',
    kind: 'ANSWERED_FROM_OUTSIDE_AGAIN',
    title: 'answers clients outside, with an address that it had',
    meaning: 'The address was meant to be reached, and had no endpoint to answer.',
    given:
      'Where endpoints come, on this node under policy Local, for an address without source ranges. Not for an address that is new: that is NATC6005.',
    example: 'node port 30080/TCP: answers clients outside again',
  },
  NATC6021: {
    severity: 'medium',
    kind: 'ALL_PORTS_MOVED',
    title: 'everything goes to other ports of the endpoints',
    meaning:
      'Endpoints are those of before, at least some, and none is sent connections at a port of before: where nothing listens at the new one, they are refused.',
    given:
      'For another `targetPort`, or another port in the slices. Not where one endpoint keeps its port, nor for another port of the Service itself: that is NATC6003.',
    example:
      'cluster IP 10.96.0.20:80/TCP: everything goes to port 9090 of the endpoints (was 8080)',
  },
  NATC6030: {
    severity: 'low',
    kind: 'CLIENT_ADDRESS_VISIBLE',
    title: "the client's address is visible",
    meaning:
      'Endpoints saw an address of this node: network policies, firewalls and limits that let the node in have to let the clients in now, and answers have to come back through this node.',
    given:
      'Where SNAT ends for clients outside or pods that were served before. It is low, since it is what policy Local and the networks of pods are for. Not for an endpoint that reaches itself, nor for processes of this node.',
    example:
      "load-balancer IP 198.51.100.10:80/TCP: the client's address is visible now for clients outside",
  },
} as const satisfies Readonly<Record<`NATC60${number}`, RiskEntry>>;

/** One less: there may be none of the clients or endpoints that it is about. */
export const lessSevere = (severity: RiskSeverity): RiskSeverity =>
  severity === 'high' ? 'medium' : 'low';

export type RiskCode = keyof typeof riskTable;

export const riskEntry = (code: RiskCode): RiskEntry => riskTable[code];

export const isRiskCode = (text: string): text is RiskCode => Object.hasOwn(riskTable, text);
