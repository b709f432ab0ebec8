import { expect, test } from 'vitest';
import { caseFiles, caseOptions, readCase } from '../support/behaviour-cases.ts';
import { compileObjects } from '../support/compile-objects.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { describeOutcome, judgeFlows } from '../support/kernel-flows.ts';
import { createKernelNode } from '../support/kernel-node.ts';

describeWithKernel('packets of the behaviour cases', () => {
  test.skipIf(caseFiles.length === 0)('there are cases to run (../shared/cases)', () => {
    expect(caseFiles.length).toBeGreaterThan(0);
  });

  test.concurrent.each(caseFiles)('%s', async (file) => {
    const { node: record, input, flows } = readCase(file);
    const { ruleset } = compileObjects(input, caseOptions(record));
    const node = await createKernelNode({
      localIPs: record.localIPs,
      interfaces: flows.flatMap(({ iif }) => iif ?? []),
    });
    try {
      // Without rules everything passes: what is dropped below is dropped by the rules.
      const bare = await node.send(flows);
      expect(bare.map(describeOutcome)).toEqual(flows.map(() => 'pass'));
      const judged = await judgeFlows(node, () => node.load(ruleset), flows);
      const inWords = (words: 'observed' | 'expected') =>
        Object.fromEntries(judged.map((one) => [one.flow.name, one[words]]));
      expect(inWords('observed')).toEqual(inWords('expected'));
    } finally {
      await node.dispose();
    }
  });
});
