/** What kube-proxy has in the kernel, asked by the word. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithIptables, type IptablesVariant } from '../support/iptables-node.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { createKernelNode, type KernelNode } from '../support/kernel-node.ts';
import { natcProgram } from '../support/natc.ts';
import { loadNftListing, loadSavedListing } from './load-listing.ts';
import { listingText } from './recorded.ts';

const rules = `apiVersion: natc.dev/v1alpha1
kind: Assertions
metadata:
  name: edge
assertions:
  - name: the back is open
    from: [outside]
    mustReach:
      service: ns4/svc4
`;

describeWithKernel('the word kube-proxy', () => {
  test('without a kube-proxy there is no answer', async () => {
    const node = await createKernelNode({ localIPs: ['192.168.0.2'], routeLocalnet: false });
    try {
      const argv = [process.execPath, natcProgram, 'explain', '10.180.0.9', '172.30.0.44:80'];
      const run = await node.run([...argv, 'kube-proxy']);
      expect(run).toMatchObject({ status: 3, stdout: '' });
      expect(run.stderr).toContain('NATC4307');
    } finally {
      await node.dispose();
    }
  });
  askedByTheWord('010-overall-mix.nft', loadNftListing);
});

describeWithIptables('the word kube-proxy', (variant: IptablesVariant) => {
  askedByTheWord('010-overall-mix.iptables-save', (node, text) =>
    loadSavedListing(node, text, variant),
  );
});

/** Each command that takes the word, in a namespace whose kernel has the rules. */
function askedByTheWord(
  file: string,
  load: (node: KernelNode, text: string) => Promise<void>,
): void {
  let node: KernelNode;
  let directory = '';
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'natc-word-'));
    writeFileSync(join(directory, 'rules.yaml'), rules);
    writeFileSync(join(directory, 'closed.yaml'), rules.replace('mustReach', 'mustNotReach'));
    node = await createKernelNode({ localIPs: ['192.168.0.2'], routeLocalnet: false });
    await load(node, listingText(file));
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true, force: true });
    await node.dispose();
  });
  const natc = (...args: readonly string[]) => node.run([process.execPath, natcProgram, ...args]);

  test('explain walks the rules, and the kernel says what is local', async () => {
    const pod = await natc('explain', '10.180.0.9', '172.30.0.44:80', 'kube-proxy');
    expect(pod.stdout).toContain('Delivered to one of 2 endpoints of ns4/svc4:p80');
    const outside = await natc('explain', '203.0.113.9', '192.168.0.2:3001', 'kube-proxy');
    expect(outside.stdout).toContain(
      'Dropped: ns2/svc2:p80 has no endpoint on this node, and its traffic policy is Local',
    );
  });

  test('diff finds nothing beside the listing, and a stale endpoint', async () => {
    const same = await natc('diff', 'kube-proxy', `fixtures/kube-proxy/1.37.2/${file}`);
    expect(same).toMatchObject({ status: 0, stdout: '' });
    const stale = join(directory, file);
    const text = listingText(file);
    writeFileSync(stale, text.replaceAll(/10\.180\.0\.5(?=:80| \. 80)/g, '10.180.0.99'));
    const changed = await natc('diff', stale, 'kube-proxy');
    expect(changed.status).toBe(1);
    expect(changed.stdout).toContain('gains 10.180.0.5:80 (1/2), loses 10.180.0.99:80 (1/2)');
  });

  test('list has every ServicePort', async () => {
    const { status, stdout } = await natc('list', 'kube-proxy', '-o', 'json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).services).toContainEqual(
      expect.objectContaining({
        ...{ service: 'ns4/svc4', portName: 'p80' },
        endpoints: ['10.180.0.4:80', '10.180.0.5:80'],
      }),
    );
  });

  test('reach names who is answered', async () => {
    const { status, stdout } = await natc('reach', 'kube-proxy', '-o', 'json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).answers).toContainEqual(
      expect.objectContaining({ address: '192.168.99.33', port: 80, service: 'ns4/svc4' }),
    );
  });

  test('assert holds what is agreed against it', async () => {
    const open = await natc('assert', '-r', join(directory, 'rules.yaml'), 'kube-proxy');
    expect(open).toMatchObject({ status: 0, stderr: '' });
    const closed = await natc('assert', '-r', join(directory, 'closed.yaml'), 'kube-proxy');
    expect(closed.status).toBe(1);
    expect(closed.stdout).toContain('ns4/svc4');
  });
}
