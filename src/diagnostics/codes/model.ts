import type { CodeEntry } from './entry.ts';

/** NATC2xxx: see docs/reference. Codes are never reused. */
export const modelCodes = {
  NATC2001: {
    title: 'wrong type of value',
    explanation:
      'A field holds a value of another type than Kubernetes defines for it, for instance a number in quotes or a single value where a list belongs. The API server would not be able to decode the object.',
    remedy: 'Write the value as the message says. In YAML, quotes make a string of a number.',
  },
  NATC2002: {
    title: 'missing field',
    explanation: 'A field that the object cannot do without is absent, null or empty.',
    remedy: 'Add the field.',
  },
  NATC2003: {
    title: 'number out of range',
    explanation: 'A number lies outside the range that the API server accepts for the field.',
    remedy: 'Use a number within the range that the message gives.',
  },
  NATC2004: {
    title: 'unknown value',
    explanation:
      'A field takes one of a few words, spelled exactly, and holds another. A port whose protocol is unknown is left out with --validate warn; other such fields are read as if they were absent.',
    remedy: 'Use one of the words that the message lists; upper and lower case matter.',
  },
  NATC2005: {
    title: 'invalid name',
    explanation:
      'A name does not keep to the rule of DNS names that Kubernetes has for it. With --validate warn the object or port of that name is left out.',
    remedy: 'Rename it, in the objects that refer to it too.',
  },
  NATC2006: {
    title: 'too many entries',
    explanation:
      'A list of an EndpointSlice is longer than the API server allows: 1000 endpoints, 20000 ports, 100 addresses of an endpoint, 8 hints of a kind. With --validate warn all entries are used.',
    remedy: 'Spread the endpoints over several slices.',
  },
  NATC2007: {
    title: 'duplicate object',
    explanation:
      'Two objects of the same kind have the same namespace and name, and differ; a cluster has one only. (Where they do not differ, it is a note, NATC2130.) With --validate warn one of them is kept: the oldest (metadata.creationTimestamp), and between objects of the same age the same one in whatever order the files are read.',
    remedy: 'Remove or rename one of them. The message names both places.',
  },
  NATC2008: {
    title: 'unknown field',
    explanation:
      'Kubernetes 1.37 does not define the field. kubectl apply has the API server refuse it; without that it would be dropped, and what was meant would have no effect. In an object that an API server printed (it has a resourceVersion) an unknown field belongs to a newer Kubernetes: only a warning, unless it looks misspelt.',
    remedy: 'Correct the spelling, upper and lower case included, or remove the field.',
  },
  NATC2010: {
    title: 'invalid IP address',
    explanation: 'A field holds something that is no IPv4 or IPv6 address.',
    remedy: 'Write an address without prefix length, port or zone.',
  },
  NATC2011: {
    title: 'spelling of an address that misleads',
    explanation:
      'An IPv4 address has octets with leading zeros, or is written as an IPv6 address (::ffff:a.b.c.d); or a network has bits set beyond its prefix length. kube-proxy reads such octets as decimal and many other programs as octal, and it cuts off the bits: the API server refuses them since Kubernetes 1.36. With --validate warn natc reads them as kube-proxy does. IPv6 addresses that are not in canonical form (RFC 5952) are refused in EndpointSlices, and elsewhere the API server warns of them, as natc does with --validate strict.',
    remedy: 'Write the address or network in its usual form, which the message gives.',
  },
  NATC2012: {
    title: 'forbidden address',
    explanation:
      'The address is unspecified, loopback, or link-local, multicast included. Such an address names no machine that a Service could send traffic to or be reached under, and would let a Service take over traffic of the node itself. With --validate warn it is left out.',
    remedy: 'Give the address of a pod or of another machine.',
  },
  NATC2013: {
    title: 'invalid CIDR',
    explanation: 'A field holds something that is no network in the form address/length.',
    remedy: 'Write, for example, 10.1.0.0/16 or 2001:db8::/64.',
  },
  NATC2021: {
    title: 'missing port name',
    explanation:
      'With several ports, each needs a name: a Service port finds its endpoints by the name of the port. With --validate warn the port is used as it is.',
    remedy: 'Name every port, the same in the Service and in its endpoints.',
  },
  NATC2022: {
    title: 'duplicate port name',
    explanation:
      'Two ports of one Service or EndpointSlice have the same name. With --validate warn the last of them is used when they have the same protocol too.',
    remedy: 'Give every port a name of its own.',
  },
  NATC2023: {
    title: 'duplicate port',
    explanation:
      'Two ports of one Service have the same number and protocol, or the same node port: only ports of the same number may share one, under different protocols. With --validate warn the first of them is used.',
    remedy: 'Remove one of the two, or change its number or protocol.',
  },
  NATC2024: {
    title: 'invalid targetPort',
    explanation:
      'A targetPort is neither a number from 1 to 65535 nor the name of a container port. natc does not use it (endpoints bring their own port numbers), but the API server refuses it.',
    remedy: 'Write a number without quotes, or a port name.',
  },
  NATC2025: {
    title: 'nodePort on a ClusterIP Service',
    explanation:
      'Only types NodePort and LoadBalancer have node ports. kube-proxy serves a node port whatever the type, and so does natc with --validate warn.',
    remedy: 'Set spec.type to NodePort, or remove the nodePort.',
  },
  NATC2026: {
    title: 'nodePort out of range',
    explanation:
      'The API server gives out node ports of one range only, 30000-32767 unless configured otherwise. With --validate warn the node port is served all the same.',
    remedy:
      'Choose a port of the range, or tell natc the range of your API server with --service-node-port-range.',
  },
  NATC2027: {
    title: 'node port of two Services',
    explanation:
      'Two Services claim the same node port, or a health-check node port. The API server gives each number to one Service only, whatever the protocol. With --validate warn the older Service (metadata.creationTimestamp) keeps a port and protocol that both claim, and between Services of the same age the first by namespace and name.',
    remedy: 'Change one of the two. The message names both places.',
  },
  NATC2030: {
    title: 'contradictory cluster IPs',
    explanation:
      'clusterIP and clusterIPs contradict each other or the type of the Service: clusterIPs begin with clusterIP, are at most two and of different families; None stands alone, and only on type ClusterIP; an ExternalName has none.',
    remedy: 'Make the fields agree, as the message says.',
  },
  NATC2031: {
    title: 'contradictory IP families',
    explanation:
      'ipFamilies names a family twice, does not fit ipFamilyPolicy (SingleStack where it is unset), is set on an ExternalName, or does not run parallel to clusterIPs. With --validate warn, families that contradict the addresses are ignored.',
    remedy: 'List each family once, in the order of clusterIPs.',
  },
  NATC2032: {
    title: 'cluster IP of two Services',
    explanation:
      'Two Services claim the same cluster IP, which the API server would give to one only. With --validate warn the older Service (metadata.creationTimestamp) keeps the address with all its ports, and between Services of the same age the first by namespace and name; the rest of the other Service is served.',
    remedy: 'Change or remove one of the two. The message names both places.',
  },
  NATC2033: {
    title: 'Service without a cluster IP',
    explanation:
      'A manifest as one writes it has no clusterIP: the API server allocates it. Without one there is nothing to serve, and kube-proxy leaves the whole Service alone, its node ports and external addresses included. natc does the same.',
    remedy:
      'Compile what the API server holds (kubectl get services,endpointslices -A -o yaml), or set spec.clusterIP by hand.',
  },
  NATC2034: {
    title: 'ExternalName Service',
    explanation:
      'A Service of type ExternalName is an alias in the cluster DNS. No packet is ever addressed to it, so there is nothing to set up.',
    remedy: 'Nothing: this is for your information.',
  },
  NATC2035: {
    title: 'headless Service',
    explanation:
      'A Service with clusterIP None has no address of its own: the DNS gives out its pods. Nothing is set up, not even for its external IPs.',
    remedy: 'Nothing: this is for your information.',
  },
  NATC2040: {
    title: 'externalTrafficPolicy without external traffic',
    explanation:
      'externalTrafficPolicy says what happens to traffic from outside, which reaches a Service only through a node port, a load balancer or external IPs. kube-proxy ignores it on other Services, and so does natc with --validate warn.',
    remedy:
      'Remove it, or use internalTrafficPolicy if traffic to the cluster IP is meant, or change the type.',
  },
  NATC2041: {
    title: 'sessionAffinityConfig without session affinity',
    explanation:
      'sessionAffinityConfig has a meaning with sessionAffinity ClientIP only. The API server drops it, and natc ignores it.',
    remedy: 'Set sessionAffinity to ClientIP, or remove sessionAffinityConfig.',
  },
  NATC2042: {
    title: 'field for LoadBalancer Services only',
    explanation:
      'A field that only a Service of type LoadBalancer may have is set on another type. kube-proxy honours source ranges and load-balancer addresses whatever the type, and so does natc with --validate warn.',
    remedy: 'Remove the field, or set spec.type to LoadBalancer.',
  },
  NATC2043: {
    title: 'healthCheckNodePort without need',
    explanation:
      'A health-check node port goes with type LoadBalancer and externalTrafficPolicy Local only. It gives no rules in any case.',
    remedy: 'Remove it, or set externalTrafficPolicy to Local.',
  },
  NATC2100: {
    title: 'read as what admits least',
    explanation:
      'Something could not be read, and leaving it out would let more traffic in than the object may be meant to: a source range that is none, a traffic policy of an unknown word, a condition of an endpoint that is neither true nor false. With --validate warn natc then takes the reading that lets in the least, which the message names; docs/security.md has it for each field. With --validate strict the field is an error.',
    remedy: 'Correct the field that the message before names.',
  },
  NATC2044: {
    title: 'ipMode without ip',
    explanation: 'A load-balancer ingress entry has an ipMode but no ip that it could speak of.',
    remedy: 'Remove ipMode, or set ip.',
  },
  NATC2050: {
    title: 'address of another family than the slice',
    explanation:
      'All addresses of an EndpointSlice are of the family that its addressType names. With --validate warn the endpoint is left out.',
    remedy: 'Move the endpoint to a slice of the right addressType.',
  },
  NATC2052: {
    title: 'EndpointSlice of no Service',
    explanation:
      'A slice belongs to the Service that its label kubernetes.io/service-name names. Without the label no proxy uses it.',
    remedy: 'Set the label to the name of the Service, in the same namespace.',
  },
  NATC2053: {
    title: 'EndpointSlice of host names',
    explanation:
      'A slice of addressType FQDN lists host names, and a packet can only be sent to an address. No proxy uses it, and the API server warns that such slices are deprecated.',
    remedy: 'Use a Service of type ExternalName, or list addresses.',
  },
  NATC2080: {
    title: 'invalid address in an option',
    explanation: 'An option that takes addresses or networks was given something else.',
    remedy: 'Correct the option, or the field of the KubeProxyConfiguration that it came from.',
  },
  NATC2081: {
    title: 'network ignored beside another',
    explanation:
      'Of the networks given with --cluster-cidr or --pod-cidr only the first of each family counts, as in kube-proxy. Sources in the others are taken for traffic from outside.',
    remedy: 'Give one network that holds them all.',
  },
  NATC2083: {
    title: 'invalid node name',
    explanation:
      'A node is named as a Node object is: lower-case letters, digits, "-" and ".". Like kube-proxy, natc trims the name and makes it lower case.',
    remedy: 'Give the name that kubectl get nodes shows.',
  },
  NATC2084: {
    title: 'number out of range in an option',
    explanation:
      'The masquerade bit is one of the 32 bits of the packet mark; a node port range lies within 1-65535, its lower end first.',
    remedy: 'Correct the option, or the field of the KubeProxyConfiguration that it came from.',
  },
  NATC2085: {
    title: 'interface of pods not given',
    explanation:
      'The modes BridgeInterface and InterfaceNamePrefix of --detect-local-mode tell pod traffic by the interface it comes in on, and need its name or prefix.',
    remedy: 'Give --pod-bridge-interface or --pod-interface-name-prefix, or choose another mode.',
  },
  NATC2086: {
    title: 'invalid interface name',
    explanation: 'Names of network interfaces have at most 15 characters.',
    remedy: 'Give a name, or the beginning of names, that ip link shows.',
  },
  NATC2087: {
    title: 'invalid zone',
    explanation:
      'The zone of a node is the value of its label topology.kubernetes.io/zone, and no label can have the given value: no endpoint would ever be hinted for it.',
    remedy: 'Give the zone as kubectl get nodes -L topology.kubernetes.io/zone shows it.',
  },
  NATC2090: {
    title: 'unknown field of KubeProxyConfiguration',
    explanation:
      'The configuration file has a field that kubeproxy.config.k8s.io/v1alpha1 does not define.',
    remedy: 'Correct the spelling, or remove the field.',
  },
  NATC2091: {
    title: 'field of KubeProxyConfiguration without effect',
    explanation:
      'kube-proxy knows this field, but natc cannot do what it asks for, or has no use for it. The message says why.',
    remedy: 'See whether you need what the field asks for, and arrange for it otherwise.',
  },
  NATC2092: {
    title: 'another default than kube-proxy',
    explanation:
      "kube-proxy's nftables mode opens node ports on the node's primary addresses when nodePortAddresses is empty. natc has one meaning of the empty list whatever the mode: all addresses of the node, as the API documents it.",
    remedy: 'Set nodePortAddresses, or --nodeport-addresses, to what you want.',
  },
  NATC2093: {
    title: 'not one KubeProxyConfiguration',
    explanation:
      'A file given with --config holds exactly one object of kind KubeProxyConfiguration, version kubeproxy.config.k8s.io/v1alpha1, or the ConfigMap kube-system/kube-proxy in which kubeadm keeps it as text, key config.conf.',
    remedy:
      'Write one of them to the file: `kubectl -n kube-system get configmap kube-proxy -o yaml`.',
  },
  NATC2094: {
    title: 'KubeProxyConfiguration among the manifests',
    explanation:
      'Settings are read from the one file that --config names, not from what -f names: with several files it would depend on their order which one counts.',
    remedy: 'Give the file with --config, or leave it out of the directory.',
  },
} as const satisfies Record<string, CodeEntry>;
