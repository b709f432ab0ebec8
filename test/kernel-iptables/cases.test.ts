import { expect, test } from 'vitest';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { renderIptablesRestore } from '../../src/iptables/render/iptables-restore.ts';
import { caseNames, readCase } from '../support/cases.ts';
import { planWorld } from '../support/compile-world.ts';
import { describeWithIptables, loadIptables } from '../support/iptables-node.ts';
import { judgeFlows } from '../support/kernel-flows.ts';
import { createKernelNode } from '../support/kernel-node.ts';

describeWithIptables('packets of the behaviour cases', (variant) => {
  test.concurrent.each(caseNames)('%s', async (file) => {
    const { node: record, input, flows } = readCase(file);
    const { families } = planWorld({ objects: input, node: record });
    const text = renderIptablesRestore(families.map((family) => buildIptables(family)));
    const node = await createKernelNode({
      localIPs: record.localIPs,
      interfaces: flows.flatMap(({ iif }) => iif ?? []),
    });
    try {
      const judged = await judgeFlows(node, () => loadIptables(node, variant, text), flows);
      const inWords = (words: 'observed' | 'expected') =>
        Object.fromEntries(judged.map((one) => [one.flow.name, one[words]]));
      expect(inWords('observed')).toEqual(inWords('expected'));
    } finally {
      await node.dispose();
    }
  });
});
