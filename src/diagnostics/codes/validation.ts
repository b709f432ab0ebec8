import type { CodeEntry } from './entry.ts';

/** NATC21xx: more of what is to be said of objects, mostly by the API server. Codes are never reused. */
export const validationCodes = {
  NATC2110: {
    title: 'multicast address',
    explanation:
      'An external IP or endpoint is a multicast address beyond the link-local ones. The API server takes it, and natc sets it up as kube-proxy does, but no machine answers for it.',
    remedy: 'Give the address of a pod or of another machine.',
  },
  NATC2111: {
    title: 'invalid label, selector or annotation',
    explanation:
      'The keys of labels, selectors and annotations are names of at most 63 characters, before which a DNS name and "/" may stand; values of labels and selectors are such names too, or empty. With --validate warn the entry is read as it is.',
    remedy: 'Correct the entry; text that is no name belongs into an annotation.',
  },
  NATC2112: {
    title: 'annotations too large',
    explanation:
      'All keys and values of the annotations of one object may have 262,144 bytes together. With --validate warn they are read all the same.',
    remedy: 'Keep large data elsewhere, e.g. in a ConfigMap.',
  },
  NATC2113: {
    title: 'object without a name yet',
    explanation:
      'A manifest with generateName gets its name from the API server, a new one each time it is created. Until then nobody can tell which object it is: natc checks it and sets nothing up for it.',
    remedy: 'Write a name, or compile what the API server holds (kubectl get -o yaml).',
  },
  NATC2114: {
    title: 'invalid owner or finalizer',
    explanation:
      'Owners are named by apiVersion, kind, name and uid, and one of them at most is the controller; finalizers are names with a domain, or kubernetes, orphan or foregroundDeletion, of which the last two exclude each other. natc uses neither.',
    remedy: 'Correct the entry, or remove it: owners and finalizers are seldom written by hand.',
  },
  NATC2115: {
    title: 'port that no packet can carry',
    explanation:
      'The API server takes any number as the port of an EndpointSlice, but ports of packets are 1 to 65535, and the kernel would refuse the whole ruleset. This is a rule of natc alone. With --validate warn the port is left out.',
    remedy: 'Give a port from 1 to 65535, or leave it out for all ports.',
  },
  NATC2116: {
    title: 'EndpointSlice of an old API version',
    explanation:
      'discovery.k8s.io/v1beta1 went with Kubernetes 1.25. There the node of an endpoint may stand in its topology, under kubernetes.io/hostname, a field that v1 has no more and that an API server drops. natc reads it all the same.',
    remedy:
      'Write apiVersion discovery.k8s.io/v1, with nodeName and zone instead of topology; kubectl convert does.',
  },
  NATC2117: {
    title: 'address of a node that is none',
    explanation:
      'An InternalIP or ExternalIP of a Node is no IP address. The API server takes any text there. natc then knows no address of the node: where only primary addresses have node ports, none is served.',
    remedy: 'Correct the address, or give --node-ip.',
  },
  NATC2118: {
    title: 'too many pod networks of a node',
    explanation: 'A Node has one pod network of each family at most.',
    remedy: 'Keep one network of each family in podCIDRs.',
  },
  NATC2119: {
    title: 'duplicate hint',
    explanation: 'The hints of an endpoint name a zone or a node twice.',
    remedy: 'Remove one of the two.',
  },
  NATC2120: {
    title: 'field without effect',
    explanation:
      'The API server takes the field and warns that it does nothing on a Service of this type. natc says so with --validate strict only.',
    remedy: 'Remove the field.',
  },
  NATC2121: {
    title: 'deprecated',
    explanation:
      'The API server takes the object and warns that a kind or field of it is deprecated. natc compiles it as kube-proxy does, and says so with --validate strict only.',
    remedy: 'Use what the message names instead.',
  },
  NATC2122: {
    title: 'contradictory annotations',
    explanation:
      'The annotations service.kubernetes.io/topology-mode and service.kubernetes.io/topology-aware-hints are two names for one thing and have different values.',
    remedy: 'Remove topology-aware-hints.',
  },
  NATC2123: {
    title: 'cluster IP that no API server gives out',
    explanation:
      "A cluster IP lies outside the networks given with --service-cidr, is the first address of one or the last of an IPv4 one, or is loopback, link-local, multicast or unspecified. The API server allocates cluster IPs from the cluster's service networks only. With --validate warn it is served.",
    remedy:
      'Leave clusterIP out and compile what the API server holds, or give --service-cidr as the cluster has it.',
  },
  NATC2124: {
    title: 'duplicate field',
    explanation:
      'JSON gives a field of an object more than once. Readers of JSON take the last one; kubectl apply has the API server refuse it. With --validate warn natc takes the last one. (In YAML it is NATC1015.) Texts of more than a megabyte are not looked at.',
    remedy: 'Remove all but one.',
  },
  NATC2130: {
    title: 'object given again',
    explanation:
      'An object is in the input several times and is the same each time, as in backups that keep each API version and in directories that overlap. natc reads one of them. (Where they differ, it is NATC2007.)',
    remedy: 'Nothing; or give each object once.',
  },
} as const satisfies Record<string, CodeEntry>;
