/** What a field says, however much of it is written. */

/** What is so where a field is not written: by the API server's defaults, or by what a reader of a slice has to take for granted. */
const defaults: Readonly<Record<string, unknown>> = {
  'spec.type': 'ClusterIP',
  'spec.sessionAffinity': 'None',
  'spec.sessionAffinityConfig.clientIP.timeoutSeconds': 10800,
  'spec.internalTrafficPolicy': 'Cluster',
  'spec.externalTrafficPolicy': 'Cluster',
  'spec.publishNotReadyAddresses': false,
  'spec.allocateLoadBalancerNodePorts': true,
  'spec.ports.protocol': 'TCP',
  'spec.template.spec.containers.ports.protocol': 'TCP',
  'spec.containers.ports.protocol': 'TCP',
  'status.loadBalancer.ingress.ipMode': 'VIP',
  'ports.protocol': 'TCP',
  'ports.name': '',
  'subsets.ports.protocol': 'TCP',
  'endpoints.conditions.ready': true,
  'endpoints.conditions.serving': true,
  'endpoints.conditions.terminating': false,
};

/** What decides nothing: the zone that a pod is in, for one, of which hints are made. */
const unread =
  /^endpoints\.(zone|hostname|targetRef)$|^(spec\.ports|ports|subsets\.ports)\.appProtocol$/;

/**
 * A value without defaults and without fields that nothing reads, so that two which mean the same have the same text.
 *
 * @param field its path without places in lists
 * @param owner what it is a field of: a port without a target goes to its own number
 * @returns '' where it says nothing
 */
export function meaningOf(field: string, value: unknown, owner: unknown): string {
  if (unread.test(field)) return '';
  const isTarget = field === 'spec.ports.targetPort';
  const unwritten = isTarget ? Object(owner)['port'] : defaults[field];
  if (value === undefined || value === null || value === unwritten) return '';
  if (Array.isArray(value)) {
    const entries = value.map((entry) => meaningOf(field, entry, value));
    return entries.length === 0 ? '' : `[${entries.join()}]`;
  }
  if (typeof value !== 'object') return JSON.stringify(value);
  const prefix = field === '' ? '' : `${field}.`;
  const members = Object.entries(value)
    .map(([key, each]) => [key, meaningOf(prefix + key, each, value)] as const)
    .filter(([, text]) => text !== '')
    .map(([key, text]) => `${JSON.stringify(key)}:${text}`);
  // An entry of a list is there, whatever it says.
  return members.length === 0 && !Array.isArray(owner) ? '' : `{${members.sort().join()}}`;
}
