import type { L4Proto } from '../../net/family.ts';
import type { FamilyPlan } from '../../plan/plan.ts';
import type { Chain, Hook, Rule } from '../ast.ts';
import { chains, collections, type Entrance, stickyMapName } from '../names.ts';
import { stickyKey } from './affinity.ts';
import {
  because,
  drop,
  fibLocal,
  fromLocalPod,
  inSet,
  jump,
  notInSet,
  rule,
  vmap,
} from './rules.ts';
import { hairpinKey, nodePortKey, servicesKey } from './selectors.ts';

/**
 * The constant program: the chains that are the same whatever the Services are. They
 * depend on the node's settings only, and look everything else up in sets and maps.
 */
export function programChains(
  family: FamilyPlan,
  stickyMaps: readonly { readonly entrance: Entrance; readonly protocol: L4Proto }[],
): readonly Chain[] {
  return [
    markForMasquerade(family),
    dispatch(family),
    sourceRanges,
    refuseServices,
    refuseNodePorts(family),
    refuseClusterIPs,
    rememberClients(stickyMaps),
    ...baseChains(family),
  ];
}

/** What is left of the program where a family has no Services: what does not depend on any. */
export const unusedChains = (family: FamilyPlan): readonly Chain[] => [
  ...(family.nodePortAddresses.loopback
    ? [baseChain('filter-prerouting', filter('prerouting', -110), loopbackGuard(family))]
    : []),
  baseChain('nat-postrouting', nat('postrouting', 100), [
    {
      ...masqueradeMarked(family),
      reason: `no Service has an ${family.family} address: only what others marked is masqueraded`,
    },
  ]),
];

const markForMasquerade = (family: FamilyPlan): Chain => ({
  name: chains.markForMasquerade,
  rules: [rule({ kind: 'set-mark', operation: 'or', mask: family.masqueradeMark })],
});

/** Where a new connection goes: a service address first, then a node port (P11, P12). */
function dispatch(family: FamilyPlan): Chain {
  return {
    name: chains.dispatch,
    rules: [
      ...clusterIPMark(family),
      rule(vmap(servicesKey, collections.services)),
      because(
        'node ports answer on local addresses only',
        fibLocal('daddr'),
        ...nodePortAddresses(family),
        vmap(nodePortKey, collections.nodePorts),
      ),
    ],
  };
}

/** M1, M2, M3: which connections to cluster IPs are masqueraded. */
function clusterIPMark(family: FamilyPlan): readonly Rule[] {
  const toClusterIP = inSet(['daddr'], collections.clusterIPs);
  const mark = jump(chains.markForMasquerade);
  if (family.masqueradeAll) return [because('--masquerade-all', toClusterIP, mark)];
  if (family.localDetector === undefined) return [];
  return [
    because(
      'clients that are no pods: the endpoint must answer through this node',
      toClusterIP,
      fromLocalPod(family.localDetector, true),
      mark,
    ),
  ];
}

function nodePortAddresses(family: FamilyPlan): Rule['statements'] {
  const listed = inSet(['daddr'], collections.nodePortAddresses);
  if (family.nodePortAddresses.loopback) return [listed];
  const loopback = family.family === 'IPv4' ? '127.0.0.0/8' : '::1';
  return [{ kind: 'address', selector: 'daddr', negated: true, network: loopback }, listed];
}

const sourceRanges: Chain = {
  name: chains.sourceRanges,
  rules: [
    rule(
      inSet(servicesKey, collections.protectedServices),
      notInSet([...servicesKey, 'saddr'], collections.allowedSources),
      drop,
    ),
  ],
};

const refuseServices: Chain = {
  name: chains.refuseServices,
  rules: [rule(vmap(servicesKey, collections.refusedServices))],
};

const refuseNodePorts = (family: FamilyPlan): Chain => ({
  name: chains.refuseNodePorts,
  rules: [rule(...nodePortAddresses(family), vmap(nodePortKey, collections.refusedNodePorts))],
});

/** K1 and K2; what another proxy serves is left to it (ND4). */
const refuseClusterIPs: Chain = {
  name: chains.refuseClusterIPs,
  rules: [
    because('no such port', inSet(['daddr'], collections.clusterIPs), { kind: 'reject' }),
    because('another proxy serves it', inSet(['daddr'], collections.otherProxyClusterIPs), {
      kind: 'return',
    }),
    because('no such Service', inSet(['daddr'], collections.serviceCIDRs), drop),
  ],
};

const rememberClients = (
  stickyMaps: readonly { readonly entrance: Entrance; readonly protocol: L4Proto }[],
): Chain => ({
  name: chains.rememberClients,
  rules: stickyMaps.map(({ entrance, protocol }) =>
    rule(
      { kind: 'l4proto', protocol },
      { kind: 'ct-status-dnat' },
      // A port of a cluster IP may have the number of a node port.
      ...(entrance === 'node-port'
        ? [notInSet(['ct original daddr'], collections.clusterIPs)]
        : []),
      vmap(stickyKey(entrance), stickyMapName(entrance, protocol)),
    ),
  ),
});

const newConnections = (chain: string): Rule => rule({ kind: 'ct-state-new' }, jump(chain));

const filter = (hook: Hook['hook'], priority: number): Hook => ({ type: 'filter', hook, priority });
const nat = (hook: Hook['hook'], priority: number): Hook => ({ type: 'nat', hook, priority });

const baseChain = (name: string, hook: Hook, rules: readonly Rule[]): Chain => ({
  name,
  hook,
  rules,
});

/**
 * Priorities are numbers: `dstnat - 10` is spelled differently by different nft versions. Source
 * ranges must see the original destination, hence before DNAT (-100). `reject` is allowed only on
 * input, forward and output (kernels before 5.9), hence after it; what has no endpoint was not
 * rewritten, so it is still recognised there.
 *
 * A packet that is on its way through the rules while a transaction is committed sees its elements at once, but
 * chains as they were when it entered the base chain (nft_do_chain reads the generation once, look-ups each for
 * themselves): it draws an endpoint that has just gone, or goes to a chain that is still empty for it. Then it
 * is not rewritten, and the kernel asks the next nat chain of the hook (nf_nat_inet_fn), which is all new.
 */
function baseChains(family: FamilyPlan): readonly Chain[] {
  return [
    baseChain('filter-prerouting', filter('prerouting', -110), [
      ...loopbackGuard(family),
      newConnections(chains.sourceRanges),
    ]),
    baseChain('filter-output-before-dnat', filter('output', -110), [
      newConnections(chains.sourceRanges),
    ]),
    baseChain('filter-input', filter('input', 0), [
      newConnections(chains.refuseNodePorts),
      newConnections(chains.refuseServices),
    ]),
    baseChain('filter-forward', filter('forward', 0), [
      newConnections(chains.refuseServices),
      newConnections(chains.refuseClusterIPs),
    ]),
    baseChain('filter-output', filter('output', 0), [
      newConnections(chains.refuseServices),
      newConnections(chains.refuseClusterIPs),
    ]),
    baseChain('nat-prerouting', nat('prerouting', -100), [rule(jump(chains.dispatch))]),
    baseChain('nat-output', nat('output', -100), [rule(jump(chains.dispatch))]),
    baseChain('nat-prerouting-again', nat('prerouting', -99), [rule(jump(chains.dispatch))]),
    baseChain('nat-output-again', nat('output', -99), [rule(jump(chains.dispatch))]),
    // Host-network endpoints of this node are reached on input; all others on postrouting.
    baseChain('nat-input', nat('input', 100), [rule(jump(chains.rememberClients))]),
    baseChain('nat-postrouting', nat('postrouting', 100), [
      rule(jump(chains.rememberClients)),
      masqueradeMarked(family),
      because(
        'an endpoint that reached itself through a Service',
        { kind: 'ct-status-dnat' },
        inSet(hairpinKey, collections.hairpin),
        { kind: 'masquerade' },
      ),
    ]),
  ];
}

/** kube-proxy masquerades what others marked, too. */
const masqueradeMarked = (family: FamilyPlan): Rule =>
  rule(
    { kind: 'mark', mask: family.masqueradeMark },
    { kind: 'set-mark', operation: 'xor', mask: family.masqueradeMark },
    { kind: 'masquerade' },
  );

/** N10: route_localnet lets 127.0.0.0/8 be routed, so packets from outside must not get there. */
function loopbackGuard(family: FamilyPlan): readonly Rule[] {
  if (!family.nodePortAddresses.loopback) return [];
  return [
    because(
      'route_localnet is on for node ports on the loopback: nobody else may reach it',
      { kind: 'iifname', negated: true, name: 'lo' },
      { kind: 'address', selector: 'daddr', negated: false, network: '127.0.0.0/8' },
      drop,
    ),
  ];
}
