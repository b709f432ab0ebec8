import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { renderIptablesRestore } from '../../src/iptables/render/iptables-restore.ts';
import {
  describeWithIptables,
  type IptablesVariant,
  loadIptables,
  restoreTools,
  withoutJumps,
} from '../support/iptables-node.ts';
import { createKernelNode, type KernelNode } from '../support/kernel-node.ts';
import * as plans from '../support/plan.ts';

const web = plans.servicePort({
  frontends: [plans.clusterIP('10.96.0.10', plans.pickCluster)],
  clusterEndpoints: [plans.endpoint('10.1.0.6'), plans.endpoint('10.1.0.7')],
});
const web6 = plans.servicePort({
  frontends: [plans.clusterIP('fd00:96::10', plans.pickCluster)],
  clusterEndpoints: [plans.endpoint('fd00:1::6')],
});
const dualStack = renderIptablesRestore([
  buildIptables(plans.familyPlan({ clusterIPs: ['10.96.0.10'], servicePorts: [web] })),
  buildIptables(
    plans.familyPlan({
      family: 'IPv6',
      nodePortAddresses: {
        cidrs: [{ family: 'IPv6', address: '::', prefixLength: 0 }],
        loopback: false,
      },
      clusterIPs: ['fd00:96::10'],
      servicePorts: [web6],
    }),
  ),
]);

async function save(node: KernelNode, variant: IptablesVariant): Promise<string> {
  const texts = [];
  for (const tool of [`iptables-${variant}-save`, `ip6tables-${variant}-save`]) {
    const { stdout } = await node.run([tool]);
    texts.push(stdout.replaceAll(/^#.*\n|\[\d+:\d+\]/gm, ''));
  }
  return texts.join('---\n');
}

describeWithIptables('one text for both tools', (variant) => {
  test('leaves in each family its own rules and chains only', async () => {
    const node = await createKernelNode({ localIPs: ['192.168.0.2'] });
    try {
      await loadIptables(node, variant, dualStack);
      const [v4 = '', v6 = ''] = (await save(node, variant)).split('---\n');
      expect(v4).not.toContain('fd00');
      expect(v6).not.toMatch(/10\.\d+/);
      // Two endpoints there, one here.
      expect(v4.match(/^:NATC-SEP/gm)).toHaveLength(2);
      expect(v6.match(/^:NATC-SEP/gm)).toHaveLength(1);
    } finally {
      await node.dispose();
    }
  });

  test('loaded again it neither doubles a jump nor touches the rules of others', async () => {
    const node = await createKernelNode({ localIPs: ['192.168.0.2'] });
    try {
      await loadIptables(node, variant, dualStack);
      for (const command of [`iptables-${variant}`, `ip6tables-${variant}`]) {
        expect((await node.run([command, '-t', 'nat', '-N', 'OTHER'])).status).toBe(0);
        expect(
          (await node.run([command, '-t', 'nat', '-I', 'PREROUTING', '-j', 'OTHER'])).status,
        ).toBe(0);
      }
      const before = await save(node, variant);
      expect(before.match(/^-A PREROUTING -j NATC-SERVICES$/gm)).toHaveLength(2);
      for (const tool of restoreTools(variant)) {
        // The part on jumps cannot be done twice, and says so.
        expect((await node.run([tool, '--noflush'], dualStack)).status).not.toBe(0);
        expect(await node.run([tool, '--noflush'], withoutJumps(dualStack))).toMatchObject({
          status: 0,
          stderr: '',
        });
      }
      expect(await save(node, variant)).toBe(before);
    } finally {
      await node.dispose();
    }
  });
});

describeWithIptables('hostile names', (variant) => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(
      '"',
      "'",
      '\\',
      '\n',
      '--jump',
      '-j DROP',
      '! -s',
      '" -j ACCEPT',
      '#',
      '%s',
      '',
    ),
  );

  test('are comments and nothing else', { timeout: 120_000 }, async () => {
    const node = await createKernelNode({ localIPs: ['192.168.0.2'] });
    try {
      const samples = fc.sample(fc.array(fc.tuple(nasty, nasty, nasty), { minLength: 1 }), {
        seed: 7,
        numRuns: 40,
      });
      for (const names of samples) {
        const servicePorts = names.map(([namespace, service, portName], index) =>
          plans.servicePort({
            namespace,
            service,
            portName,
            port: index + 1,
            frontends: [plans.clusterIP('10.96.0.10', plans.pickCluster, index + 1)],
            clusterEndpoints: [plans.endpoint('10.1.0.6')],
          }),
        );
        const family = plans.familyPlan({ clusterIPs: ['10.96.0.10'], servicePorts });
        const ruleset = buildIptables(family);
        await loadIptables(node, variant, renderIptablesRestore([ruleset]), 'IPv4');
        const rules = (await save(node, variant)).match(/^-A NATC-.*/gm) ?? [];
        const expected = ruleset.tables.flatMap(({ chains }) =>
          chains.flatMap((chain) => chain.rules),
        );
        expect(rules.length).toBe(expected.length);
        const isDrop = (rule: string) => rule.replace(/--comment "[^"]*"/, '').includes('DROP');
        // The guard of the loopback.
        expect(rules.filter(isDrop)).toHaveLength(1);
      }
    } finally {
      await node.dispose();
    }
  });
});
