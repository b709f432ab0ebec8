/** apply --assert, against kernels in namespaces: what breaks an assertion is refused, and nothing changes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWithKernel } from '../../support/kernel-available.ts';
import { serviceObject, sliceObject } from '../../support/kernel-cluster.ts';
import { createKernelNode, type KernelNode } from '../../support/kernel-node.ts';
import { natcProgram } from '../../support/natc.ts';
import { kubeconfigFor, startStandIn } from '../../support/stand-in-api.ts';
import { natcInProcess } from '../../support/terminal.ts';

const objects = (type: 'ClusterIP' | 'NodePort', endpoint = '10.1.0.5') => [
  serviceObject('web', {
    type,
    clusterIP: '10.96.0.10',
    ports: [{ name: 'http', port: 80, ...(type === 'NodePort' && { nodePort: 30080 }) }],
  }),
  sliceObject('web', 'IPv4', [{ addresses: [endpoint] }]),
];
const listOf = (...given: Parameters<typeof objects>): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects(...given) });

const directory = mkdtempSync(join(tmpdir(), 'natc-apply-assert-'));
afterAll(() => rmSync(directory, { recursive: true }));
const head = 'apiVersion: natc.dev/v1alpha1\nkind: Assertions\nassertions:\n';
const write = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const closed = write(
  'closed.yaml',
  `${head}  - {name: closed, from: outside, mustNotReach: anything}\n`,
);
const nothingNew = write(
  'new.yaml',
  `${head}  - {name: nothing new, from: outside, mayReachOnly: before}\n`,
);

const sent = { from: '203.0.113.9', to: '192.168.0.2', port: 30080, protocol: 'TCP' } as const;

describe.each(['nftables', 'iptables'] as const)('through %s', (backend) => {
  describeWithKernel('apply --assert', () => {
    let node: KernelNode;
    const state = join(directory, `state-${backend}`);
    beforeAll(async () => {
      node = await createKernelNode({ localIPs: ['192.168.0.2'] });
    });
    afterAll(() => node.dispose());
    const natc = (args: readonly string[], input = '') =>
      node.run([process.execPath, natcProgram, ...args, '--state-dir', state], input);
    const apply = (input: string, ...more: readonly string[]) =>
      natc(
        [
          ...['apply', '-f', '-', '--backend', backend, '--node-ip', '192.168.0.2'],
          ...['--cluster-cidr', '10.1.0.0/16', '--no-sysctl', '-q', ...more],
        ],
        input,
      );
    const answers = async () => (await node.send([sent]))[0]?.kind === 'dnat';

    test('refuses what breaks an assertion, and says so in the status', async () => {
      expect((await apply(listOf('ClusterIP'), '--assert', closed)).status).toBe(0);
      const refused = await apply(listOf('NodePort'), '--assert', closed);
      expect(refused.status).toBe(4);
      expect(refused.stderr).toContain(
        'error[NATC6120]: refused, nothing was changed: the new rules break "closed"',
      );
      expect(refused.stderr).toContain(
        '[NATC6110]: "closed" is broken: shop/web:http answers clients outside at 192.168.0.2:30080/TCP (NodePort)',
      );
      expect(await answers()).toBe(false);
      const status = await natc(['status', '-o', 'json', '--backend', backend]);
      expect(JSON.parse(status.stdout)).toMatchObject({
        attempt: {
          exitCode: 4,
          message: expect.stringMatching(/the new rules break "closed" \(NATC6120\)$/),
        },
      });
      expect((await apply(listOf('NodePort'), '--assert', closed, '--dry-run')).status).toBe(4);
    });

    test('judges what is there already, and lets go on what nobody judges', async () => {
      expect((await apply(listOf('NodePort'))).status).toBe(0);
      expect(await answers()).toBe(true);
      expect((await apply(listOf('NodePort'), '--assert', closed)).status).toBe(4);
      expect(await answers()).toBe(true);
      expect((await apply(listOf('ClusterIP'), '--assert', closed)).status).toBe(0);
      expect(await answers()).toBe(false);
    });

    test('compares with what the kernel holds', async () => {
      const grown = await apply(listOf('NodePort'), '--assert', nothingNew);
      expect(grown.status).toBe(4);
      expect(await answers()).toBe(false);
      const moved = await apply(listOf('ClusterIP', '10.1.0.6'), '--assert', nothingNew);
      expect(grown.stderr).toContain(
        '"nothing new" is broken: shop/web:http answers clients outside',
      );
      expect(moved).toMatchObject({ status: 0, stderr: '' });
    });

    test('where the kernel holds nothing, there is nothing to compare with', async () => {
      expect((await natc(['cleanup'])).status).toBe(0);
      const first = await apply(listOf('NodePort'), '--assert', nothingNew);
      expect(first.status).toBe(0);
      expect(first.stderr).toContain('NATC6104');
      expect(await answers()).toBe(true);
    });

    test('rules that cannot be read refuse', async () => {
      const wrong = write(
        'wrong.yaml',
        `${head}  - {name: a, from: outside, mustNotReech: anything}\n`,
      );
      expect((await apply(listOf('NodePort'), '--assert', wrong)).status).toBe(2);
    });
  });

  test('what a cluster lists is judged too', async () => {
    const api = await startStandIn();
    api.serve(objects('NodePort'));
    const kubeconfig = write('kubeconfig', kubeconfigFor(api.url));
    const run = await natcInProcess([
      ...['apply', '--from-cluster', '--kubeconfig', kubeconfig, '--backend', backend, '--dry-run'],
      ...['--state-dir', join(directory, 'none'), '--protect-ports', 'allow'],
      ...['--node-ip', '192.168.0.2', '--assert', closed],
    ]);
    await api.close();
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain(
      '[NATC6110]: "closed" is broken: shop/web:http answers clients outside',
    );
  });
});
