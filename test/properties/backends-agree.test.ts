import { describe, test } from 'vitest';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { buildNftables } from '../../src/nftables/layout/build.ts';
import type { Outcome } from '../../src/packet/outcome.ts';
import { endpointText, iptablesSimulatorOf, simulatorOf } from '../support/simulate.ts';
import { compileValid } from '../support/worlds-compile.ts';
import { disagreement, forAll, questions } from '../support/worlds-property.ts';

/**
 * Every way the packet can go; probabilities come from a ladder here, from one number there. Nobody
 * sees the mark of a packet that is refused.
 */
const waysOf = ({ branches }: Outcome<unknown>): readonly string[] =>
  branches
    .map((branch) => {
      const { verdict, dnat, masquerade, mark, local, probability } = branch;
      const visible = verdict === 'accept' ? { dnat, masquerade, local, mark } : {};
      const what = [verdict, endpointText(branch), visible];
      return `${JSON.stringify(what)} ${probability.toFixed(9)}`;
    })
    .sort();

describe('nftables and iptables do the same to every packet', () => {
  test('in generated worlds', () => {
    forAll(questions(25), 150, ({ world, packets }) => {
      const { plan } = compileValid(world);
      const nftables = simulatorOf(buildNftables(plan), world.node.localIPs);
      const rulesets = plan.families.map((family) => buildIptables(family));
      const iptables = iptablesSimulatorOf(rulesets, world.node.localIPs);
      for (const packet of packets) {
        const [a, b] = [waysOf(nftables(packet)), waysOf(iptables(packet))];
        if (a.join() !== b.join()) return disagreement(world, packet, { nftables: a, iptables: b });
      }
      return undefined;
    });
  });
});
