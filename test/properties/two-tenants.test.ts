/** ND11: whatever a hostile tenant claims, the other's packets are treated as if it were not there. */
import fc from 'fast-check';
import { test } from 'vitest';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { cidrContains } from '../../src/net/cidr.ts';
import type { CompileOptions } from '../../src/options.ts';
import { commonFateOf } from '../../src/packet/outcome.ts';
import { nodeFacts } from '../../src/plan/node-facts.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Packet } from '../oracle/world.ts';
import { planOutcome } from '../support/plan-outcome.ts';
import { endpointText, iptablesSimulatorOf, simulatorOf } from '../support/simulate.ts';
import { type CompiledWorld, compileValid, optionsOf } from '../support/worlds-compile.ts';
import { packetsOf } from '../support/worlds-packets.ts';
import { disagreement, forAll } from '../support/worlds-property.ts';
import { type Tenants, tenants } from '../support/worlds-tenants.ts';

interface Question extends Tenants {
  readonly packets: readonly Packet[];
}

const questions: fc.Arbitrary<Question> = tenants.chain((both) =>
  fc.record({
    alone: fc.constant(both.alone),
    together: fc.constant(both.together),
    packets: fc.array(packetsOf(both.alone), { minLength: 20, maxLength: 20 }),
  }),
);

type Answer = ReturnType<typeof commonFateOf>;

/** What each of the three readings makes of a packet, masquerading of a pod to itself left out (M6). */
function readingsOf({ plan, ruleset }: CompiledWorld, localIPs: readonly string[]) {
  const nftables = simulatorOf(ruleset, localIPs);
  const iptables = iptablesSimulatorOf(
    plan.families.map((family) => buildIptables(family)),
    localIPs,
  );
  const text = (answer: Answer, from: string): unknown =>
    answer.kind !== 'dnat'
      ? answer.kind
      : answer.endpoints
          .map((branch) => {
            const endpoint = endpointText(branch);
            const masquerade = branch.destination === from ? 'itself' : branch.masquerade;
            return `${endpoint} ${branch.probability.toFixed(9)} ${masquerade}`;
          })
          .sort();
  return (packet: Packet) => ({
    plan: withoutSelf(planOutcome(plan, localIPs, packet), packet.from),
    nftables: text(commonFateOf(nftables(packet)), packet.from),
    iptables: text(commonFateOf(iptables(packet)), packet.from),
  });
}

const withoutSelf = (outcome: ReturnType<typeof planOutcome>, from: string): unknown =>
  outcome.kind === 'dnat'
    ? outcome.endpoints.map(({ endpoint, probability, masquerade }) => ({
        endpoint,
        probability,
        masquerade: endpoint.includes(from) ? 'itself' : masquerade,
      }))
    : outcome;

/** Whether the victim has this destination: an address and port, or a node port of a known address. */
function isVictims(plan: Plan, known: ReadonlySet<string>, packet: Packet): boolean {
  return plan.families.some(
    ({ family, servicePorts, nodePortAddresses }) =>
      (family === 'IPv6') === packet.to.includes(':') &&
      servicePorts.some(
        ({ protocol, frontends }) =>
          protocol === packet.protocol &&
          frontends.some(
            (frontend) =>
              frontend.port === packet.port &&
              (frontend.kind === 'node-port'
                ? (known.has(packet.to) || packet.to.startsWith('127.')) &&
                  nodePortAddresses.cidrs.some((cidr) =>
                    cidrContains(cidr, { family, text: packet.to }),
                  )
                : frontend.address === packet.to),
          ),
      ),
  );
}

/** What a hostile tenant changes for packets that `concerns` the victim; undefined for nothing. */
function harm(
  { alone, together, packets }: Question,
  options: Partial<CompileOptions>,
  concerns: (victim: CompiledWorld, packet: Packet) => boolean,
): string | undefined {
  const victim = compileValid(alone, { ...optionsOf(alone), validate: 'warn', ...options });
  const both = compileValid(together, { ...optionsOf(together), validate: 'warn', ...options });
  const { localIPs } = alone.node;
  const [expected, actual] = [readingsOf(victim, localIPs), readingsOf(both, localIPs)];
  for (const packet of packets) {
    if (!concerns(victim, packet)) continue;
    const [without, with_] = [expected(packet), actual(packet)];
    if (JSON.stringify(without) !== JSON.stringify(with_))
      return disagreement(together, packet, { alone: without, together: with_ });
  }
  return undefined;
}

const toDestinationOfVictim = ({ cluster, settings, plan }: CompiledWorld, packet: Packet) =>
  isVictims(plan, nodeFacts(cluster, settings).addresses, packet);

test('a hostile tenant changes nothing for the packets of another (ND11)', () => {
  forAll(questions, 150, (question) => harm(question, {}, toDestinationOfVictim));
});

test('with --external-ips deny not even at the other ports of its cluster IPs', () => {
  forAll(questions, 100, (question) =>
    harm(
      question,
      { externalIPs: ['deny'] },
      (victim, packet) =>
        toDestinationOfVictim(victim, packet) ||
        victim.plan.families.some(({ clusterIPs }) => clusterIPs.includes(packet.to)),
    ),
  );
});
