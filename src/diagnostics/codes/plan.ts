import type { CodeEntry } from './entry.ts';

/** NATC3xxx: see docs/reference. Codes are never reused. */
export const planCodes = {
  NATC3001: {
    title: 'destination claimed twice',
    explanation:
      'Two Services claim the same address, protocol and port. Which of them kube-proxy serves is undefined; natc refuses to guess. With --validate warn a cluster IP goes before a load-balancer IP and that before an external IP; then the Service with the older metadata.creationTimestamp has it (one without is younger than all others), and only between Services of the same age the first by namespace and name.',
    remedy:
      'Give one of the Services another external IP, load-balancer IP or port. Who did not expect the other claim may be looking at an attempt to take over traffic.',
  },
  NATC3002: {
    title: 'Endpoints object not read',
    explanation:
      'A Service has both an Endpoints object and EndpointSlices. The Endpoints object is only their original or their copy, so the slices alone are read, as kube-proxy does.',
    remedy: 'Nothing, unless the slices are not meant to be there.',
  },
  NATC3003: {
    title: 'Endpoints of a Service with selector',
    explanation:
      'The input has an Endpoints object but no EndpointSlice for a Service with a selector. The control plane writes slices for such a Service and does not mirror its Endpoints, so kube-proxy would never see them; natc does not use them either, and connections to the Service are refused.',
    remedy:
      'Read the slices too, for example with `kubectl get services,endpointslices,nodes -A -o json`. For endpoints written by hand, remove the selector.',
  },
  NATC3004: {
    title: 'Endpoints object that is not mirrored',
    explanation:
      'The mirroring controller makes no EndpointSlice from an Endpoints object that has the label endpointslice.kubernetes.io/skip-mirror (as that of the API server itself) or a leader-election annotation, and the label service.kubernetes.io/headless hides the slice that it makes from proxies. The input has no other EndpointSlice of the Service, so connections to it are refused.',
    remedy:
      'Read the slices too, which are there in the cluster (`kubectl get services,endpointslices`), or remove the label or annotation if the Service is meant to use these endpoints.',
  },
  NATC3005: {
    title: 'too many addresses in a subset',
    explanation:
      'The mirroring controller copies at most 1000 addresses of one Endpoints subset, the ready ones first. The others get no connections.',
    remedy: 'Write EndpointSlices, each with at most 1000 endpoints.',
  },
  NATC3006: {
    title: 'Service of another proxy',
    explanation:
      'The label service.kubernetes.io/service-proxy-name gives the Service to another proxy (or, with --service-proxy-name, withholds it from ours). Its cluster IPs are kept out of the dropping of unallocated addresses.',
    remedy:
      'Nothing, or remove the label if natc should serve the Service; --service-proxy-name takes the Services of one name instead.',
  },
  NATC3008: {
    title: 'Service of another family',
    explanation:
      'The Service has cluster IPs only of a family that is not compiled, or an ipFamilies list that does not fit its clusterIPs. External addresses of other families are not served either.',
    remedy: 'Check spec.ipFamilies and spec.clusterIPs, or --ip-family.',
  },
  NATC3009: {
    title: 'endpoints of an unknown Service',
    explanation:
      'An EndpointSlice or Endpoints object belongs to a Service that is not in the input. Its endpoints are not used.',
    remedy: 'Add the Service to the input, or ignore the note.',
  },
  NATC3010: {
    title: 'EndpointSlice hidden by a label',
    explanation:
      'An EndpointSlice with the label service.kubernetes.io/headless is invisible to proxies, even where the Service itself is served. The Service has other slices.',
    remedy: 'Remove the label from the slice.',
  },
  NATC3011: {
    title: 'Service port without usable endpoints',
    explanation:
      'No endpoint of the Service port is ready, and none is terminating but still serving. Connections are refused at once.',
    remedy: 'Nothing if that is expected; otherwise look at the pods and their readiness.',
  },
  NATC3012: {
    title: "no endpoints for the port's name",
    explanation:
      'The Service has endpoints, but none with a port of this name and protocol. The number in targetPort plays no part: a Service port takes the endpoint port of the same name and protocol.',
    remedy: 'Give the port the same name in the Service and in its EndpointSlices or Endpoints.',
  },
  NATC3013: {
    title: 'trafficDistribution without hints',
    explanation:
      'The Service asks for a traffic distribution, but its EndpointSlices carry no topology hints, so all its endpoints are used alike. Only hints in the slices make a difference to a proxy.',
    remedy:
      'Nothing, or look why the endpoint slice controller wrote no hints (too few endpoints, nodes without zone).',
  },
  NATC3014: {
    title: 'unknown node',
    explanation:
      'The input has Node objects, but none of the name given with --node-name. Addresses, pod CIDRs and zone are not known from it, and probably no endpoint is on a node of that name.',
    remedy: 'Correct --node-name. It is trimmed and lower-cased, as kube-proxy does.',
  },
  NATC3015: {
    title: 'traffic policy Local without node name',
    explanation:
      "The traffic policy Local sends connections to endpoints on this node only. Without the node's name every endpoint counts as remote, so such traffic is dropped.",
    remedy: 'Give --node-name.',
  },
  NATC3016: {
    title: 'pods not told from others',
    explanation:
      'The mode of --detect-local-mode needs a CIDR of each family, and for one family none is known. There, sources outside the cluster are not masqueraded on their way to cluster IPs, and pods get no short cut past the external traffic policy Local.',
    remedy:
      'Give --cluster-cidr or --pod-cidr for the family, or a Node object with podCIDRs and --node-name.',
  },
  NATC3017: {
    title: 'node ports open on all addresses',
    explanation:
      "A list of node-port addresses without any entry for a family means all addresses of that family, as in kube-proxy. This includes `primary` where the node's primary address of the family is not known. Where it would be known if the Node object could be read, the family is closed.",
    remedy:
      'List addresses of both families. An entry that matches no address, ::/128 or 0.0.0.0/32, closes the family.',
  },
  NATC3018: {
    title: 'node port on ::1',
    explanation:
      'Node ports cannot be served on ::1: Linux does not route from or to it, and has no route_localnet for IPv6.',
    remedy: 'Use 127.0.0.1 or another address of the node, and remove the entry.',
  },
  NATC3019: {
    title: 'loopback node ports are off',
    explanation:
      'The node-port addresses list a loopback network, but --localhost-nodeports is false, so nothing is served there.',
    remedy: 'Remove the entry, or set --localhost-nodeports true.',
  },
  NATC3021: {
    title: 'source ranges of the other family only',
    explanation:
      'The Service has a load-balancer IP of a family and loadBalancerSourceRanges, but no range of that family. As in kube-proxy there is no filter then, and every source gets in.',
    remedy: 'Add ranges of that family.',
  },
  NATC3022: {
    title: 'endpoint is a cluster IP',
    explanation:
      "An endpoint's address is the cluster IP of a Service. A connection sent there is not translated a second time, and is refused as one to an unused port of a cluster IP.",
    remedy: 'List the endpoints of that Service instead.',
  },
  NATC3030: {
    title: 'node port claimed by address',
    explanation:
      'An external IP or load-balancer IP of a Service is an address of this node, and its port is the node port of another Service. A packet to both is for one of them: for the older Service, or, where they are of the same age, for the address, as with kube-proxy. The node port of the other is not reachable there, or the address is not served on that port.',
    remedy: 'Give one of the Services another external IP or port.',
  },
  NATC3031: {
    title: "external IP that is somebody else's",
    explanation:
      "An external IP of a Service is known to be something else: an address of a node, the cluster IP of another Service, an address of the Services' network or of the pods'. Whoever may create a Service may claim it, and every node sends connections to it to that Service's endpoints (CVE-2020-8554). It is served, as by kube-proxy.",
    remedy:
      'With --external-ips deny none is served, with CIDRs only those in them; --external-ips allow silences the warning.',
  },
  NATC3032: {
    title: 'external IP not served',
    explanation:
      'The option --external-ips does not let this external IP in. It is left out, and the rest of the Service is served.',
    remedy: 'Remove it from the Service, or let it in with --external-ips CIDR,...',
  },
  NATC3033: {
    title: 'endpoint that is no pod',
    explanation:
      "An endpoint's address is known to be something else than a pod: a node, a load-balancer IP of another Service, an address of the Services' network, or a public address where the pods' networks are known. Another address outside those networks, such as a database's beside the cluster, gets a note only. Whoever may write an EndpointSlice so reaches, in the proxy's name, what network policies keep from their own pods (CVE-2021-25740). Endpoints that name a Pod (targetRef) are not told of, since host-network pods have their node's address, nor are those of default/kubernetes.",
    remedy:
      'With --endpoints-outside deny such endpoints are left out, also those that name a Pod; --endpoints-outside allow silences the warning.',
  },
  NATC3034: {
    title: 'endpoint left out',
    explanation:
      "--endpoints-outside is deny, and the endpoint's address is known to be something else than a pod. The other endpoints of the Service are used.",
    remedy: 'Give the Service pods as its endpoints, or allow others.',
  },
  NATC3035: {
    title: 'cluster IP from elsewhere',
    explanation:
      'A cluster IP is an address of a node. The API server gives out no such address; connections that are meant for something else would go to the Service.',
    remedy: 'Compile what the API server holds.',
  },
  NATC3036: {
    title: 'Service port on which the node listens',
    explanation:
      'A process of this node listens on a port that is a node port of a Service, or on an address of the node that is an address of a Service, at the same port. Connections from others no longer reach the process, but the Service; whoever may create a Service with an external IP can so take the place of sshd or the kubelet.',
    remedy:
      'Choose another port for the Service or for the process. With --protect-ports deny the Service is not served there; --protect-ports allow silences the warning.',
  },
  NATC3037: {
    title: 'Service port kept for the node',
    explanation:
      '--protect-ports is deny, and a process of this node listens on the port. The Service is not served there; the rest of it is.',
    remedy: 'Choose another port for the Service or for the process.',
  },
  NATC3045: {
    title: 'Services not compiled in full',
    explanation:
      'Something of these Services is not known: one has no cluster IP or no node port yet, was left out, or some of its ports, because they cannot be read, or has a selector while the input says of no endpoints. The rest of the input is compiled, but diff, list, check and explain cannot say what happens to the packets of these, so none of them ends with 0.',
    remedy:
      'Read on: a warning tells what each of them lacks. Give the objects as the API server holds them, or the missing fields.',
  },
  NATC3046: {
    title: 'endpoints not known',
    explanation:
      'A Service has a selector, and the input has no EndpointSlice for it. In a cluster the control plane writes slices for every Service with a selector, so the input is a part of what the cluster has; what is compiled refuses connections to the Service.',
    remedy:
      'Give the EndpointSlices too. Where the pods are described elsewhere, the annotation `natc.dev/ignore: NATC3046` of the Service says that this is known, and nothing is said of it any more.',
  },
  NATC3041: {
    title: 'endpoints beside a Service without any',
    explanation:
      'An EndpointSlice or Endpoints object belongs to a Service that is not in the input, and there is a Service for which the input has no endpoints: one of a similar name, one whose slices are called like this one, one of the same name in another namespace, or at least one in the same namespace. Mostly the label kubernetes.io/service-name of the slice, or the name of the Endpoints object, is misspelt; connections to the Service are refused.',
    remedy: 'Write the name of the Service into the label, and the object into its namespace.',
  },
  NATC3042: {
    title: 'Service whose slices are all hidden',
    explanation:
      'All EndpointSlices of a Service with a cluster IP have the label service.kubernetes.io/headless, which hides them from proxies. Connections to the Service are refused. The controllers set the label on slices of headless Services only.',
    remedy: 'Remove the label from the slices.',
  },
} as const satisfies Record<string, CodeEntry>;
