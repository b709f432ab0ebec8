import type { KubeProxyListing } from '../kube-proxy/listing.ts';
import { interpretListing, type ListedTrace, prepareListing } from '../kube-proxy/simulate.ts';
import type { NftFamily } from '../net/family.ts';
import type { Trace } from '../nftables/simulate/trace.ts';
import { affinityFinder } from './ask-iptables.ts';
import { type Affinity, type AskRules, describeBranch } from './behaviour.ts';

/**
 * Asks kube-proxy's rules what becomes of packets.
 *
 * @throws as `AskRules`, {NotUnderstoodError} where a packet meets a rule that is not understood
 */
export function askKubeProxy({ rules }: KubeProxyListing, family: NftFamily): AskRules {
  const own = rules.find((each) => each.family === family);
  const prepared = prepareListing(own === undefined ? [] : [own]);
  const listsAsked = affinityFinder(own?.mode === 'iptables' ? own.ruleset : undefined);
  const affinityOf = ({ mode, trace }: ListedTrace): Affinity | undefined =>
    mode === 'nftables' ? setsAsked(trace) : listsAsked(trace);
  return (packet, host) =>
    interpretListing(prepared, packet, host).branches.map((branch) =>
      describeBranch(branch, affinityOf),
    );
}

/** The set that the client was put into, if the packet was looked for in it: the one without the other is none. */
function setsAsked(trace: Trace): Affinity | undefined {
  const asked = new Map<string, number>();
  const written: string[] = [];
  for (let at = trace; at !== undefined; at = at.before) {
    if (at.step.kind !== 'statement') continue;
    const { effect } = at.step;
    if (effect.kind === 'map-update') written.push(effect.map);
    else if (effect.kind === 'match' && effect.lookup?.collection.kind === 'set') {
      const { name, timeout, dynamic } = effect.lookup.collection;
      if (dynamic === true && timeout !== undefined) asked.set(name, timeout);
    }
  }
  const clients = written.find((name) => asked.has(name));
  return clients === undefined
    ? undefined
    : { timeout: asked.get(clients) ?? 0, clients, whose: clients };
}
