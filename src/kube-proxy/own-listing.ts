import type { IptablesRuleset } from '../iptables/ast.ts';
import { type KernelRules, tableNames } from '../iptables/tables.ts';
import { ipFamilies } from '../net/family.ts';
import type { NotUnderstood } from '../packet/not-understood.ts';
import { parseListedRule } from './iptables/parse-rule.ts';
import { guardsLoopback, servedByIptables } from './iptables/serves.ts';
import type { FamilyRules, KubeProxyListing } from './listing.ts';
import { outlineTable } from './outline.ts';

/**
 * natc's own iptables rules, as the kernel holds them, in the form of a listing that packets can be sent through:
 * their layout is kube-proxy's, with other names.
 *
 * @returns undefined where there are none of either family
 */
export function ownListing(held: KernelRules): KubeProxyListing | undefined {
  const rules = ipFamilies.flatMap((family): readonly FamilyRules[] => {
    const tables = tableNames.map((name): IptablesRuleset['tables'][number] => {
      const { chains, jumps } = held[family][name];
      return {
        ...{ name, jumps },
        chains: [...chains].map(([chain, texts]) => ({
          name: chain,
          // No line: who asks has the rule itself.
          rules: texts.map((text) => parseListedRule(text, 0)),
        })),
      };
    });
    if (tables.every(({ chains }) => chains.length === 0)) return [];
    const ruleset: IptablesRuleset = { family, tables };
    const nftFamily = family === 'IPv4' ? 'ip' : 'ip6';
    return [
      {
        ...{ mode: 'iptables', family: nftFamily, ruleset },
        guardsLoopback: guardsLoopback(ruleset),
      },
    ];
  });
  if (rules.length === 0) return undefined;
  return {
    source: { name: 'the rules of iptables', text: '' },
    rules,
    outline: {
      tables: rules.flatMap((each) =>
        each.mode === 'iptables' ? [outlineTable(each.family, servedByIptables(each.ruleset))] : [],
      ),
    },
    leftOut: [],
    notUnderstood: rules.flatMap(unknownIn),
  };
}

/** What somebody else put into natc's chains. */
function unknownIn(rules: FamilyRules): readonly NotUnderstood[] {
  if (rules.mode !== 'iptables') return [];
  return rules.ruleset.tables.flatMap(({ chains }) =>
    chains.flatMap((chain) =>
      chain.rules.flatMap(({ matches }) =>
        matches.flatMap((match) => (match.kind === 'not-understood' ? [match] : [])),
      ),
    ),
  );
}
