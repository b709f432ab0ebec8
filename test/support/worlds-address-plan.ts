/**
 * The addresses of every generated world, once. IPv4 as in kube-proxy's own tests: pods 10.0.0.0/8,
 * cluster IPs 172.30.0.0/16, nodes 192.168.0.0/24, external IPs 192.168.99.0/24, load balancers
 * 1.2.3.0/24, clients 203.0.113.0/24. IPv6: pods fd00:10::/64, cluster IPs fd00:172:30::/112, nodes
 * 2001:db8::/64, external IPs 2001:db8:99::/64, load balancers 2001:db8:aa::/64, clients 2600:5200::/32.
 *
 * Service ports, node ports and endpoint ports are disjoint, but for 30080, which is a service port and
 * a node port: what an endpoint of the host network listens on is never a service tuple of the node.
 */
import type { IpFamily, Protocol } from '../../src/net/family.ts';

export type PerFamily<T> = Readonly<Record<IpFamily, T>>;

export const thisNode = 'test-node';
export const zones = ['zone-a', 'zone-b', 'zone-c'] as const;

/** Where endpoints run. An address is on one node in all of a world. */
export interface Pod extends PerFamily<string> {
  readonly nodeName: string | undefined;
  readonly zone: string;
}

const pod = (IPv4: string, IPv6: string, nodeName: string | undefined, zone: string): Pod => ({
  IPv4,
  IPv6,
  nodeName,
  zone,
});

export const pods: readonly Pod[] = [
  pod('10.180.0.1', 'fd00:10::a:1', thisNode, 'zone-a'),
  pod('10.180.2.1', 'fd00:10::b:1', 'node2', 'zone-b'),
  pod('10.180.2.2', 'fd00:10::b:2', 'node2', 'zone-b'),
  pod('10.180.0.2', 'fd00:10::a:2', thisNode, 'zone-a'),
  pod('10.180.2.22', 'fd00:10::b:22', 'node2', 'zone-b'),
  pod('10.180.3.1', 'fd00:10::c:1', 'node3', 'zone-a'),
  pod('10.180.9.9', 'fd00:10::9:9', undefined, 'zone-c'),
  // host network, and a machine outside the cluster
  pod('192.168.0.2', '2001:db8::1', thisNode, 'zone-a'),
  pod('192.168.0.3', '2001:db8::3', 'node2', 'zone-b'),
  pod('198.51.100.10', '2600:1234::10', undefined, 'zone-c'),
];

/** A pod that is no endpoint. */
export const idlePod: PerFamily<string> = { IPv4: '10.0.0.2', IPv6: 'fd00:10::2' };

export const nodePrimary: PerFamily<string> = { IPv4: '192.168.0.2', IPv6: '2001:db8::1' };
export const nodeSecondary: PerFamily<string> = { IPv4: '192.168.1.2', IPv6: '2001:db8:1::2' };
/** In the node's network, but nobody's. */
export const nodeNeighbour: PerFamily<string> = { IPv4: '192.168.0.77', IPv6: '2001:db8::77' };

export const clusterCIDR: PerFamily<string> = { IPv4: '10.0.0.0/8', IPv6: 'fd00:10::/64' };
export const nodePodCIDR: PerFamily<string> = { IPv4: '10.180.0.0/24', IPv6: 'fd00:10::a:0/112' };
export const serviceCIDR: PerFamily<string> = { IPv4: '172.30.0.0/16', IPv6: 'fd00:172:30::/112' };

export const clusterIP: PerFamily<(slot: number) => string> = {
  IPv4: (slot) => `172.30.0.${41 + slot}`,
  IPv6: (slot) => `fd00:172:30::${41 + slot}`,
};
export const unallocatedClusterIP: PerFamily<string> = {
  IPv4: '172.30.0.9',
  IPv6: 'fd00:172:30::9',
};

/** Some are the node's own addresses, one is also a load balancer's. */
export const externalIPs: readonly string[] = [
  '192.168.99.11',
  '192.168.99.22',
  nodePrimary.IPv4,
  nodeSecondary.IPv4,
  '1.2.3.4',
  '2001:db8:99::11',
  '2001:db8:99::22',
  nodePrimary.IPv6,
  '2001:db8:aa::4',
];
export const loadBalancerIPs: readonly string[] = [
  '1.2.3.4',
  '1.2.3.5',
  '5.6.7.8',
  nodePrimary.IPv4,
  '2001:db8:aa::4',
  '2001:db8:aa::5',
  nodePrimary.IPv6,
];
/** Addresses that a load balancer or an operator may have bound on the node. */
export const bindable: readonly string[] = ['1.2.3.4', '192.168.99.11', '2001:db8:aa::4'];

export const clients: PerFamily<readonly string[]> = {
  IPv4: ['203.0.113.2', '203.0.113.130'],
  IPv6: ['2600:5200::1', '2600:5200:8000::1'],
};
export const internet: PerFamily<string> = { IPv4: '198.51.100.1', IPv6: '2600:9999::1' };
export const loopback: PerFamily<string> = { IPv4: '127.0.0.1', IPv6: '::1' };

export interface PortTemplate {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly targetPort: number;
}

export const portTemplates: readonly PortTemplate[] = [
  { name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 },
  { name: 'https', protocol: 'TCP', port: 443, targetPort: 8443 },
  { name: 'dns', protocol: 'UDP', port: 53, targetPort: 5353 },
  { name: 'dns-tcp', protocol: 'TCP', port: 53, targetPort: 5353 },
  { name: 'admin', protocol: 'TCP', port: 81, targetPort: 8081 },
  { name: 'quic', protocol: 'UDP', port: 443, targetPort: 8443 },
  { name: 'diameter', protocol: 'SCTP', port: 3868, targetPort: 13868 },
  { name: 'like-node-port', protocol: 'TCP', port: 30080, targetPort: 8082 },
];

export const nodePortNumbers = { first: 30080, count: 12 } as const;
