import type { IptablesRuleset } from '../iptables/ast.ts';
import { interpretIptables, prepareIptables } from '../iptables/simulate/interpret.ts';
import type { IptablesTrace } from '../iptables/simulate/walk.ts';
import { type Affinity, type AskRules, describeBranch } from './behaviour.ts';

/**
 * Asks iptables rules what becomes of packets, as they are printed. One question takes time linear in
 * the rules, as in the kernel.
 *
 * @param ruleset undefined where a side has none of the family: every packet passes
 */
export function askIptables(ruleset: IptablesRuleset | undefined): AskRules {
  const prepared = ruleset === undefined ? { hooks: new Map() } : prepareIptables(ruleset);
  const affinityOf = affinityFinder(ruleset);
  return (packet, host) =>
    interpretIptables(prepared, packet, host).branches.map((branch) =>
      describeBranch(branch, affinityOf),
    );
}

/**
 * Read off the packet's way: the list that the client was put on, if a chain that the packet came
 * through would have looked for the client there. The one without the other remembers nobody (A12).
 */
export function affinityFinder(
  ruleset: IptablesRuleset | undefined,
): (trace: IptablesTrace) => Affinity | undefined {
  const asked = new Map<string, ReadonlyMap<string, number>>();
  for (const { name, rules } of (ruleset?.tables ?? []).flatMap(({ chains }) => chains)) {
    const lists = rules
      .flatMap(({ matches }) => matches)
      .flatMap((match): readonly (readonly [string, number])[] =>
        match.kind === 'recent-rcheck' ? [[match.list, match.seconds]] : [],
      );
    if (lists.length > 0) asked.set(name, new Map(lists));
  }
  return (trace) => {
    const written: string[] = [];
    const chains = new Set<string>();
    for (let at = trace; at !== undefined; at = at.before) {
      if (at.step.kind !== 'rule') continue;
      chains.add(at.step.chain);
      for (const match of at.step.rule.matches)
        if (match.kind === 'recent-set') written.push(match.list);
    }
    for (const list of written)
      for (const chain of chains) {
        const timeout = asked.get(chain)?.get(list);
        if (timeout !== undefined) return { timeout, clients: list, whose: list };
      }
    return undefined;
  };
}
