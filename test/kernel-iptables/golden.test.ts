import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithIptables, loadIptables } from '../support/iptables-node.ts';
import { createKernelNode, type KernelNode } from '../support/kernel-node.ts';

const files = [
  ...readdirSync('fixtures/compile').map((name) => join('fixtures/compile', name)),
  'fixtures/example',
]
  .map((directory) => join(directory, 'expected.iptables'))
  .filter(existsSync);

/** The head of a file says which tools to load it with. */
const familyOf = (text: string) => (text.includes('ip6tables-restore') ? undefined : 'IPv4');

describeWithIptables('the kernel accepts', (variant) => {
  let node: KernelNode;
  beforeAll(async () => {
    node = await createKernelNode({ localIPs: [] });
  });
  afterAll(() => node.dispose());

  test.each(files)('%s', async (file) => {
    const text = readFileSync(file, 'utf8');
    await expect(loadIptables(node, variant, text, familyOf(text))).resolves.toBeUndefined();
  });
});
