/** What kube-proxy has in the kernel, asked by the word. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithKernel } from '../support/kernel-available.ts';
import { createKernelNode, type KernelNode } from '../support/kernel-node.ts';
import { natcProgram } from '../support/natc.ts';
import { listingText } from './recorded.ts';

describeWithKernel('the word kube-proxy', () => {
  let node: KernelNode;
  beforeAll(async () => {
    node = await createKernelNode({ localIPs: ['192.168.0.2'], routeLocalnet: false });
  });
  afterAll(() => node.dispose());

  const natc = (...args: readonly string[]) => node.run([process.execPath, natcProgram, ...args]);

  test('without a kube-proxy there is no answer', async () => {
    const run = await natc('explain', '10.180.0.9', '172.30.0.44:80', 'kube-proxy');
    expect(run).toMatchObject({ status: 3, stdout: '' });
    expect(run.stderr).toContain('NATC4307');
  });

  test('the nftables mode is read from the kernel, which says what is local', async () => {
    await node.load(listingText('010-overall-mix.nft'));
    const pod = await natc('explain', '10.180.0.9', '172.30.0.44:80', 'kube-proxy');
    expect(pod.stdout).toContain('Delivered to one of 2 endpoints of ns4/svc4:p80');
    const outside = await natc('explain', '203.0.113.9', '192.168.0.2:3001', 'kube-proxy');
    expect(outside.stdout).toContain(
      'Dropped: ns2/svc2:p80 has no endpoint on this node, and its traffic policy is Local',
    );
    const same = await natc('diff', 'kube-proxy', 'fixtures/kube-proxy/1.37.2/010-overall-mix.nft');
    expect(same).toMatchObject({ status: 0, stdout: '' });
  });
});
