import type { Settings } from '../model/settings.ts';
import type { Cidr } from '../net/cidr.ts';
import type { IpFamily } from '../net/family.ts';
import type { NodeFacts } from './node-facts.ts';
import type { LocalDetector } from './plan.ts';

/**
 * How a local pod's traffic is told (M10 to M12). Of CIDRs only the first of a family counts; none
 * in a family means no detector there (M10).
 */
export function localDetector(
  settings: Settings,
  node: Pick<NodeFacts, 'podCIDRs'>,
  family: IpFamily,
): LocalDetector | undefined {
  switch (settings.detectLocalMode) {
    case 'ClusterCIDR':
      return firstOf(settings.clusterCIDRs, family);
    case 'NodeCIDR':
      return firstOf(node.podCIDRs, family);
    case 'BridgeInterface':
      return { kind: 'interface', name: settings.podBridgeInterface };
    case 'InterfaceNamePrefix':
      return { kind: 'interface-prefix', prefix: settings.podInterfaceNamePrefix };
  }
}

function firstOf(cidrs: readonly Cidr[], family: IpFamily): LocalDetector | undefined {
  const cidr = cidrs.find((each) => each.family === family);
  return cidr === undefined ? undefined : { kind: 'source-cidr', cidr };
}
