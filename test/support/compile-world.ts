/** Worlds (test/oracle/world.ts) through natc's own pipeline. */
import { buildModel } from '../../src/model/model.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Ruleset } from '../../src/ruleset/ast.ts';
import { buildNftables } from '../../src/ruleset/nftables/build.ts';
import type { NodeRecord, World } from '../oracle/world.ts';
import { objectOf } from './objects.ts';

/** The `node` record of a case as natc's options; without validation that kube-proxy does not do. */
export const optionsOf = (node: NodeRecord): CompileOptions => ({
  ...defaultOptions,
  validate: 'warn',
  serviceNodePortRange: { first: 1, last: 65535 },
  nodePortAddresses: node.nodePortAddresses,
  localhostNodePorts: node.localhostNodePorts ?? true,
  serviceCIDRs: node.serviceCIDRs,
  nodeName: node.hostname,
  nodeIPs: node.nodeIPs ?? [],
  zone: node.zone,
  detectLocalMode: node.detectLocalMode,
  clusterCIDRs: node.clusterCIDRs ?? [],
  podCIDRs: node.podCIDRs ?? [],
  podBridgeInterface: node.bridgeInterface ?? '',
  podInterfaceNamePrefix: node.interfaceNamePrefix ?? '',
  masqueradeAll: node.masqueradeAll,
  serviceProxyName: node.serviceProxyName,
  families: node.families ?? defaultOptions.families,
});

export function planWorld({ objects, node }: World): Plan {
  const { cluster, settings } = buildModel(
    objects.map((object) => objectOf(object)),
    optionsOf(node),
  );
  return buildPlan(cluster, settings).plan;
}

export const compileWorld = (world: World): Ruleset => buildNftables(planWorld(world));
