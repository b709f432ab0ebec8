import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithKernel } from '../support/kernel-available.ts';
import { createKernelNode, type KernelNode } from '../support/kernel-node.ts';
import { natcProgram } from '../support/natc.ts';
import { natcInProcess } from '../support/terminal.ts';

const manifests = 'fixtures/explain/unhealthy.yaml';
const nodeFlags = ['--node-name', 'node-a', '--node-ip', '192.168.0.2', '-q'];

describeWithKernel('natc explain --live', () => {
  let node: KernelNode;
  beforeAll(async () => {
    node = await createKernelNode({ localIPs: ['192.168.0.2'], routeLocalnet: false });
  });
  afterAll(() => node.dispose());

  const explainLive = async (...args: readonly string[]) => {
    const argv = [process.execPath, natcProgram, 'explain', ...args, '--live'];
    return node.run(argv);
  };

  test('without a table there is no answer', async () => {
    const run = await explainLive('10.180.0.7', '172.30.2.6:80');
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toContain('NATC5031');
  });

  test('answers from what the kernel holds, and asks the kernel which addresses are local', async () => {
    const { stdout: ruleset } = await natcInProcess(['compile', '-f', manifests, ...nodeFlags]);
    await node.load(ruleset);
    const delivered = await explainLive('10.180.0.7', '172.30.2.6:80');
    expect(delivered.stdout).toContain('Delivered to one of 2 endpoints of shop/sticky:http');
    expect(delivered.status).toBe(0);
    const dropped = await explainLive('203.0.113.9', '192.168.0.2:30204', '-o', 'json');
    expect(dropped.status).toBe(1);
    expect(JSON.parse(dropped.stdout)).toMatchObject({
      verdict: 'dropped',
      servicePort: 'shop/remote:http',
      assumptions: [],
    });
    const loopback = await explainLive('127.0.0.1', '10.180.0.7:80');
    expect(loopback.stdout).toContain('net.ipv4.conf.all.route_localnet is 0');
  });

  test('names the chains of others that it did not walk', async () => {
    const { stdout } = await explainLive('10.180.0.7', '172.30.2.6:80');
    expect(stdout).not.toContain('Not looked at');
    const chain = '{ type filter hook forward priority 10; policy drop; }';
    await node.load(
      `table ip fw { chain forw ${chain}\n }\ntable ip6 fw { chain forw ${chain}\n }`,
    );
    const after = await explainLive('10.180.0.7', '172.30.2.6:80');
    expect(after.stdout).toMatch(/Not looked at\n {2}table ip fw, chain forw .*NATC5087\)\n\n/);
    const json = JSON.parse(
      (await explainLive('10.180.0.7', '172.30.2.6:80', '-o', 'json')).stdout,
    );
    expect(json.notLookedAt).toHaveLength(1);
    await node.run(['nft', 'delete table ip fw; delete table ip6 fw']);
  });

  test('knows which endpoint a client is pinned to', async () => {
    const packet = { from: '10.180.0.7', to: '172.30.2.6', port: 80, protocol: 'TCP' } as const;
    const [outcome] = await node.send([packet]);
    const endpoint = outcome?.kind === 'dnat' ? outcome.to : '';
    const { stdout } = await explainLive('10.180.0.7', '172.30.2.6:80');
    expect(stdout).toContain(`Delivered to ${endpoint}, the only endpoint`);
    expect(stdout).toContain(`the client is pinned to ${endpoint.replace(':8080', '')}`);
  });
});
