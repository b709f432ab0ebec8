import { l4protos } from '../../net/family.ts';
import { ownerOf } from '../../plan/owner.ts';
import { type FamilyPlan, type Frontend, servicePortName } from '../../plan/plan.ts';
import type { IptablesChain, IptablesRule, IptablesTable } from '../ast.ts';
import { type ChainNames, chains } from '../names.ts';
import { builtInJumps } from './jumps.ts';
import { exceptLoopback, nodePortNetworks } from './node-ports.ts';
import { dport, goto, jump, matchLocal, returns, rule, to } from './rules.ts';
import { newServiceChains } from './service-chains.ts';

/** Table nat: where new connections go, and which are masqueraded (I2 to I6, I8, I12). */
export function natTable(family: FamilyPlan, names: ChainNames): IptablesTable {
  const services: IptablesRule[] = [];
  const nodePorts: IptablesRule[] = [];
  const serviceChains: IptablesChain[] = [];
  const clusterIPs = new Set(family.clusterIPs);
  for (const servicePort of family.servicePorts) {
    const owner = ownerOf(servicePort, family);
    const own = newServiceChains(family, servicePort, names, owner, clusterIPs);
    for (const frontend of servicePort.frontends) {
      const chain = own.chainFor(frontend.verdict);
      if (chain === undefined) continue;
      const { origin } = frontend;
      const match = dport(l4protos[servicePort.protocol], frontend.port);
      const remarks = { comment: frontendComment(servicePortName(servicePort), frontend), origin };
      // P11: a service address that matched is final, so it is a goto.
      if (frontend.kind === 'node-port') nodePorts.push(rule([match], goto(chain), remarks));
      else services.push(rule([to(frontend.address), match], goto(chain), remarks));
    }
    for (const chain of own.made()) serviceChains.push(chain);
  }
  return {
    name: 'nat',
    jumps: builtInJumps.nat,
    chains: [
      {
        name: chains.services,
        reason: 'new connections: addresses of Services first, then node ports (P12)',
        rules: [...services, ...(nodePorts.length === 0 ? [] : toNodePorts(family))],
      },
      {
        name: chains.nodePorts,
        rules: nodePorts.length === 0 ? [] : [...exceptLoopback(family), ...nodePorts],
      },
      {
        name: chains.markForMasquerade,
        rules: [rule([], { kind: 'mark', operation: 'or', mask: family.masqueradeMark })],
      },
      {
        name: chains.postrouting,
        rules: [
          rule([{ kind: 'not-marked', mask: family.masqueradeMark }], returns),
          rule([], { kind: 'mark', operation: 'xor', mask: family.masqueradeMark }),
          rule([], { kind: 'masquerade' }),
        ],
      },
      ...serviceChains,
    ],
  };
}

/** `shop/web:http cluster IP` */
const frontendComment = (name: string, { kind }: Frontend): string =>
  `${name} ${frontendKinds[kind]}`;

const frontendKinds: Record<Frontend['kind'], string> = {
  'cluster-ip': 'cluster IP',
  'external-ip': 'external IP',
  'load-balancer-ip': 'load-balancer IP',
  'node-port': 'node port',
};

/** N9, N12 */
const toNodePorts = (family: FamilyPlan): readonly IptablesRule[] =>
  nodePortNetworks(family).map((matches) =>
    rule([...matches, matchLocal('destination')], jump(chains.nodePorts)),
  );
