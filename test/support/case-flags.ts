import type { NodeRecord } from '../oracle/world.ts';

/** Command-line flags that say the same as {@link optionsOfNode} of cases.ts. */
export function flagsOfNode(node: NodeRecord): readonly string[] {
  const list = (flag: string, values: readonly string[] = []) =>
    values.length === 0 ? [] : [flag, values.join(',')];
  const one = (flag: string, value: string | undefined) =>
    value === undefined ? [] : [flag, value];
  return [
    ...['--validate', 'warn', '--service-node-port-range', '1-65535'],
    ...list('--nodeport-addresses', node.nodePortAddresses),
    ...['--localhost-nodeports', `${node.localhostNodePorts ?? true}`],
    ...list('--service-cidr', node.serviceCIDRs),
    ...one('--node-name', node.hostname),
    ...list('--node-ip', node.nodeIPs),
    ...one('--zone', node.zone),
    ...one('--detect-local-mode', node.detectLocalMode),
    ...list('--cluster-cidr', node.clusterCIDRs),
    ...list('--pod-cidr', node.podCIDRs),
    ...one('--pod-bridge-interface', node.bridgeInterface),
    ...one('--pod-interface-name-prefix', node.interfaceNamePrefix),
    ...one('--service-proxy-name', node.serviceProxyName),
    ...list(
      '--ip-family',
      node.families?.map((family) => family.toLowerCase()),
    ),
    ...(node.masqueradeAll ? ['--masquerade-all'] : []),
  ];
}
