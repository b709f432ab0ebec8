import { formatCidr, normaliseCidrs } from '../../net/cidr.ts';
import { l4protos } from '../../net/family.ts';
import { ownerOf } from '../../plan/owner.ts';
import {
  type AddressFrontend,
  type FamilyPlan,
  type Frontend,
  servicePortName,
} from '../../plan/plan.ts';
import type { IptablesChain, IptablesRule, IptablesTable } from '../ast.ts';
import { type ChainNames, chains } from '../names.ts';
import { builtInJumps } from './jumps.ts';
import { dport, drop, from, goto, isNew, jump, returns, rule, to } from './rules.ts';

/**
 * Table mangle: source ranges, which must see the original destination (P10), hence before nat, and
 * know new connections from others, hence not in raw; and the guard of the loopback.
 */
export function mangleTable(family: FamilyPlan, names: ChainNames): IptablesTable {
  const protectedServices: IptablesRule[] = [];
  const rangeChains: IptablesChain[] = [];
  for (const servicePort of family.servicePorts) {
    const { sourceRanges, frontends, protocol } = servicePort;
    const loadBalancerIPs = frontends.filter(isLoadBalancerIP);
    if (sourceRanges === undefined || loadBalancerIPs.length === 0) continue;
    const chain = names.serviceChain('FW', servicePort);
    for (const { address, port, origin } of loadBalancerIPs) {
      protectedServices.push(
        rule([to(address), dport(l4protos[protocol], port)], goto(chain), {
          comment: `${servicePortName(servicePort)} source ranges`,
          origin,
        }),
      );
    }
    rangeChains.push({
      name: chain,
      owner: ownerOf(servicePort, family),
      rules: [
        ...normaliseCidrs(sourceRanges).map((cidr) => rule([from(formatCidr(cidr))], returns)),
        rule([], drop, { comment: servicePortName(servicePort) }),
      ],
    });
  }
  const checkSources =
    protectedServices.length === 0 ? [] : [rule([isNew], jump(chains.sourceRanges))];
  return {
    name: 'mangle',
    jumps: builtInJumps.mangle,
    chains: [
      { name: chains.prerouting, rules: [...loopbackGuard(family), ...checkSources] },
      { name: chains.output, rules: checkSources },
      {
        name: chains.sourceRanges,
        reason: 'load-balancer IPs with source ranges: other sources are dropped',
        rules: protectedServices,
      },
      ...rangeChains,
    ],
  };
}

const isLoadBalancerIP = (frontend: Frontend): frontend is AddressFrontend =>
  frontend.kind === 'load-balancer-ip';

/** N10: route_localnet lets 127.0.0.0/8 be routed, so packets from outside must not get there. */
const loopbackGuard = (family: FamilyPlan): readonly IptablesRule[] =>
  family.nodePortAddresses.loopback
    ? [
        rule(
          [{ kind: 'in-interface', negated: true, name: 'lo', isPrefix: false }, to('127.0.0.0/8')],
          drop,
          { comment: 'loopback node ports: nobody else may reach the loopback' },
        ),
      ]
    : [];
