import { describe, expect, test } from 'vitest';
import { explainIptables } from '../../src/explain/explain-iptables.ts';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { buildModel } from '../../src/model/model.ts';
import type { L4Proto } from '../../src/net/family.ts';
import { buildNftables } from '../../src/nftables/layout/build.ts';
import { isLocal } from '../../src/packet/packet.ts';
import { caseNames, optionsOfNode, readCase } from '../support/cases.ts';
import { planWorld } from '../support/compile-world.ts';
import { canonical } from '../support/kernel-packets.ts';
import { objectOf } from '../support/objects.ts';
import * as plans from '../support/plan.ts';

const words = { delivered: 'dnat', passed: 'pass', dropped: 'drop', refused: 'reject' } as const;

describe.skipIf(caseNames.length === 0)('the way through the iptables rules is told', () => {
  test.each(caseNames)('%s', (name) => {
    const { node, input, flows } = readCase(name);
    const plan = planWorld({ objects: input, node });
    const { cluster } = buildModel(
      input.map((object) => objectOf(object)),
      optionsOfNode(node),
    );
    const rulesets = plan.families.map((family) => buildIptables(family));
    const subject = {
      ruleset: buildNftables(plan),
      host: {
        addresses: new Set(node.localIPs.map(canonical)),
        routeLocalnet: true,
        isComplete: true,
      },
      compiled: { plan, cluster },
    };
    for (const flow of flows) {
      const isMadeHere = isLocal(subject.host, canonical(flow.from));
      const { verdict, path } = explainIptables(subject, rulesets, {
        source: canonical(flow.from),
        sourcePort: undefined,
        destination: canonical(flow.to),
        destinationPort: flow.port,
        protocol: flow.protocol.toLowerCase() as L4Proto,
        inInterface: flow.iif ?? (isMadeHere ? undefined : 'eth0'),
      });
      const kind = typeof flow.expect === 'string' ? flow.expect : 'dnat';
      // What the kernel drops by itself passes the proxy.
      const isMartian = path.some((entry) => entry.kind === 'route' && entry.to === 'martian');
      if (verdict !== 'mixed' && !isMartian) expect(words[verdict], flow.name).toBe(kind);
      const rules = path.flatMap((entry) => (entry.kind === 'rule' ? [entry.rule] : []));
      expect(
        rules.some((rule) => rule.includes('-j DNAT')),
        flow.name,
      ).toBe(kind === 'dnat');
    }
  });
});

test('rules that do otherwise than the nftables ruleset are a bug, and no answer', () => {
  const family = plans.familyPlan({
    clusterIPs: ['10.96.0.10'],
    servicePorts: [
      plans.servicePort({
        frontends: [plans.clusterIP('10.96.0.10', plans.pickCluster)],
        clusterEndpoints: [plans.endpoint('10.1.0.6')],
      }),
    ],
  });
  const plan = plans.planOf(family);
  const host = { addresses: new Set<string>(), routeLocalnet: false, isComplete: true };
  const subject = { ruleset: buildNftables(plan), host, compiled: undefined };
  const other = buildIptables({ ...family, servicePorts: [] });
  const question = {
    source: '10.1.0.5',
    sourcePort: undefined,
    destination: '10.96.0.10',
    destinationPort: 80,
    protocol: 'tcp',
    inInterface: 'eth0',
  } as const;
  expect(() => explainIptables(subject, [buildIptables(family)], question)).not.toThrow();
  expect(() => explainIptables(subject, [other], question)).toThrow(/the backends disagree/);
});
