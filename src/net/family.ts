/** IP family as Kubernetes spells it (`spec.ipFamilies`, EndpointSlice `addressType`). */
export type IpFamily = 'IPv4' | 'IPv6';

/** Transport protocol as Kubernetes spells it (`ports[].protocol`). */
export type Protocol = 'TCP' | 'UDP' | 'SCTP';

export const ipFamilies: readonly IpFamily[] = ['IPv4', 'IPv6'];

export const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP'];

/** IP family as nftables spells it. */
export type NftFamily = 'ip' | 'ip6';

/** Transport protocol as nftables and iptables spell it. */
export type L4Proto = 'tcp' | 'udp' | 'sctp';

export const l4protos: Readonly<Record<Protocol, L4Proto>> = {
  TCP: 'tcp',
  UDP: 'udp',
  SCTP: 'sctp',
};
