import { formatCidr } from '../../net/cidr.ts';
import { l4protos } from '../../net/family.ts';
import {
  type FamilyPlan,
  type Frontend,
  type FrontendVerdict,
  servicePortName,
} from '../../plan/plan.ts';
import type { IptablesRule, IptablesTable, IptablesTarget } from '../ast.ts';
import { chains } from '../names.ts';
import { clusterIPNetworks } from './cluster-ip-networks.ts';
import { builtInJumps } from './jumps.ts';
import { exceptLoopback, nodePortNetworks } from './node-ports.ts';
import { dport, drop, isNew, jump, reject, returns, rule, to } from './rules.ts';

/**
 * Table filter: what cannot be served is refused, on the first packet only (P7). It sees packets after
 * DNAT; what has no endpoint was not rewritten, so it is still recognised.
 */
export function filterTable(family: FamilyPlan): IptablesTable {
  const services: IptablesRule[] = [];
  const nodePorts: IptablesRule[] = [];
  for (const servicePort of family.servicePorts) {
    for (const frontend of servicePort.frontends) {
      const target = refusalOf(frontend.verdict, servicePort.localEndpoints.length);
      if (target === undefined) continue;
      const match = dport(l4protos[servicePort.protocol], frontend.port);
      const remarks = {
        comment: refusalComment(servicePortName(servicePort), frontend),
        origin: frontend.origin,
      };
      if (frontend.kind === 'node-port') nodePorts.push(rule([match], target, remarks));
      else services.push(rule([to(frontend.address), match], target, remarks));
    }
  }
  const refuseServices = services.length === 0 ? [] : [rule([isNew], jump(chains.refuseServices))];
  const refuseNodePorts =
    nodePorts.length === 0
      ? []
      : nodePortNetworks(family).map((matches) =>
          rule([...matches, isNew], jump(chains.refuseNodePorts)),
        );
  const refuseClusterIPs = clusterIPNetworks(family).map((cidr) =>
    rule([to(formatCidr(cidr)), isNew], jump(chains.refuseClusterIPs)),
  );
  return {
    name: 'filter',
    jumps: builtInJumps.filter,
    chains: [
      { name: chains.input, rules: [...refuseNodePorts, ...refuseServices] },
      { name: chains.forward, rules: [...refuseServices, ...refuseClusterIPs] },
      { name: chains.output, rules: [...refuseServices, ...refuseClusterIPs] },
      {
        name: chains.refuseServices,
        reason: 'addresses of Services without a usable endpoint',
        rules: services,
      },
      {
        name: chains.refuseNodePorts,
        reason: 'node ports without a usable endpoint',
        rules: nodePorts.length === 0 ? [] : [...exceptLoopback(family), ...nodePorts],
      },
      {
        name: chains.refuseClusterIPs,
        reason: 'cluster IPs on a port of no Service, and addresses of no Service (K1, K2)',
        rules: clusterIPRules(family),
      },
    ],
  };
}

function refusalOf(verdict: FrontendVerdict, localEndpoints: number): IptablesTarget | undefined {
  switch (verdict.kind) {
    case 'reject':
      return reject;
    case 'drop':
      return drop;
    case 'external-local':
      // Pods and the node itself are served by remote endpoints; everybody else is dropped (G3).
      return localEndpoints === 0 ? drop : undefined;
    case 'pick':
      return undefined;
  }
}

const refusalComment = (name: string, { verdict }: Frontend): string =>
  `${name} has no ${verdict.kind === 'reject' ? 'endpoints' : 'local endpoints'}`;

/** K1 and K2; what another proxy serves is left to it (ND4). */
const clusterIPRules = (family: FamilyPlan): readonly IptablesRule[] => [
  ...family.clusterIPs.map((address) => rule([to(address)], reject)),
  ...family.otherProxyClusterIPs.map((address) => rule([to(address)], returns)),
  ...family.serviceCIDRs.map((cidr) => rule([to(formatCidr(cidr))], drop)),
];
