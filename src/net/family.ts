/** IP family as Kubernetes spells it (`spec.ipFamilies`, EndpointSlice `addressType`). */
export type IpFamily = 'IPv4' | 'IPv6';

/** Transport protocol as Kubernetes spells it (`ports[].protocol`). */
export type Protocol = 'TCP' | 'UDP' | 'SCTP';

export const ipFamilies: readonly IpFamily[] = ['IPv4', 'IPv6'];

export const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP'];
