import type { IptablesRuleset } from '../iptables/ast.ts';
import { interpretIptables, prepareIptables } from '../iptables/simulate/interpret.ts';
import type { Branch } from '../packet/outcome.ts';
import type { Subject } from './context.ts';
import { explain } from './explain.ts';
import type { Explanation } from './explanation.ts';
import { iptablesPath } from './iptables-path.ts';
import type { Question } from './question.ts';

/**
 * The same question about iptables rules. What happens and why is what nftables says, because both are
 * laid out from one plan; the rules are walked as well, and the way is theirs.
 *
 * @param subject with the plan that `rulesets` were made from
 * @throws when the two backends do not do the same: a bug of natc
 */
export function explainIptables(
  subject: Subject,
  rulesets: readonly IptablesRuleset[],
  question: Question,
): Explanation {
  const explanation = explain(subject, question);
  const { packet } = explanation;
  const family = packet.family === 'ip' ? 'IPv4' : 'IPv6';
  const ruleset = rulesets.find((candidate) => candidate.family === family);
  const prepared = ruleset === undefined ? { hooks: new Map() } : prepareIptables(ruleset);
  const { branches } = interpretIptables(prepared, packet, subject.host);
  const said = explanation.endpoints.map(({ branch }) => branch);
  const [nftables, iptables] = [said.map(describe).sort(), branches.map(describe).sort()];
  if (nftables.join() !== iptables.join())
    throw new Error(`the backends disagree: nftables ${nftables}; iptables ${iptables}`);
  const first = branches.find((branch) => said[0] && describe(branch) === describe(said[0]));
  return { ...explanation, path: iptablesPath(first?.trace) };
}

const describe = (branch: Branch<unknown>): string => {
  const { verdict, dnat, masquerade, destination, destinationPort, probability } = branch;
  const share = probability.toFixed(9);
  return [verdict, dnat, masquerade, destination, destinationPort, share].join(' ');
};
