import { expect, test } from 'vitest';
import { flagsOfNode } from '../support/case-flags.ts';
import { caseNames, optionsOfNode, readCase } from '../support/cases.ts';
import { compileObjects } from '../support/compile-objects.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { describeOutcome, judgeFlows } from '../support/kernel-flows.ts';
import { createKernelNode } from '../support/kernel-node.ts';
import { natc } from '../support/natc.ts';
import { withoutHead } from '../support/ruleset-head.ts';

describeWithKernel('packets of the behaviour cases', () => {
  test.concurrent.each(caseNames)('%s', async (file) => {
    const { node: record, input, flows } = readCase(file);
    const ruleset = compileObjects(input, optionsOfNode(record));
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

/** One case for each set of flags: the values differ, the way to the compiler does not. */
const casesByFlags = new Map(
  caseNames.map((name) => {
    const { node } = readCase(name);
    const flags = flagsOfNode(node).filter((flag) => flag.startsWith('--'));
    return [[...flags, node.detectLocalMode, node.localhostNodePorts].join(' '), name];
  }),
);

test.each([...casesByFlags.values()])('the command line compiles %s alike', (name) => {
  const { node, input } = readCase(name);
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: input });
  const run = natc(['compile', '-f', '-', '-o', 'nft', ...flagsOfNode(node)], { input: list });
  expect(withoutHead(run.stdout)).toBe(compileObjects(input, optionsOfNode(node)));
  expect(run.exitCode).toBe(0);
});
