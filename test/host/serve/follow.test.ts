/**
 * The whole: the built program follows a cluster on a node, and load balancers ask it from another machine.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { programsOn } from '../../../src/host/machine/programs.ts';
import { enterArguments, startRelay } from '../../support/api-relay.ts';
import { followedNode, webService, webSlice } from '../../support/follow-world.ts';
import { type KernelAgent, startAgent } from '../../support/kernel-agent.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';
import { natcProgram } from '../../support/natc.ts';
import { kubeconfigFor, type StandIn, startStandIn } from '../../support/stand-in-api.ts';
import { type DatagramSocket, datagramSocket } from '../../support/unix-datagrams.ts';

const port = 6443;
const address = '192.168.0.2';
const canNotify = (await programsOn(undefined).find('systemd-notify')).kind === 'found';

const request = `
  const [, host, port, path] = process.argv;
  const request = require('node:http').get({ host, port, path, agent: false, timeout: 5000 }, (answer) => {
    let body = '';
    answer.on('data', (data) => { body += data; });
    answer.on('end', () => console.log(JSON.stringify({
      status: answer.statusCode, weight: answer.headers['x-load-balancing-endpoint-weight'], body,
    })));
  });
  request.on('error', (error) => console.log(JSON.stringify({ error: error.code })));
`;

interface Asked {
  readonly status?: number;
  readonly weight?: string;
  readonly body?: string;
  readonly error?: string;
}

const balancer = (number: number, healthCheckNodePort: number): object =>
  webService(number, {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    healthCheckNodePort,
    ports: [{ name: 'http', port: 80, nodePort: 30080 + number }],
  });

describeWithKernel('what natc apply --follow serves', () => {
  const work = mkdtempSync('/var/tmp/natc-serve-');
  const kubeconfig = join(work, 'kubeconfig');
  let api: StandIn;
  let node: KernelAgent;
  let client: KernelAgent;
  let manager: DatagramSocket;
  let endRelay: () => void;
  let running: ChildProcess | undefined;
  let log = '';

  beforeAll(async () => {
    [api, node] = await Promise.all([startStandIn({ socket: join(work, 'api') }), startAgent()]);
    client = await startAgent(node);
    manager = await datagramSocket(join(work, 'notify'));
    await node.must(
      ['ip', '-batch', '-'],
      `link add eth0 type veth peer name eth0 netns ${client.pid}\n` +
        `addr add ${address}/24 dev eth0\nlink set eth0 up\n`,
    );
    await client.must(
      ['ip', '-batch', '-'],
      'addr add 192.168.0.9/24 dev eth0\nlink set eth0 up\n',
    );
    endRelay = await startRelay(node, join(work, 'api'), port);
    writeFileSync(kubeconfig, kubeconfigFor(`http://127.0.0.1:${port}`));
  });
  afterAll(async () => {
    running?.kill('SIGKILL');
    endRelay();
    await Promise.all([manager.close(), client.dispose()]);
    await node.dispose();
    await api.close();
    rmSync(work, { recursive: true });
  });

  function start(...args: readonly string[]): ChildProcess {
    const all = [
      ...['apply', '--from-cluster', '--follow', '--kubeconfig', kubeconfig, '--no-sysctl'],
      ...['--node-name', 'node-a', '--state-dir', join(work, 'state'), '--min-sync-period', '0'],
      ...args,
    ];
    const child = spawn(
      'nsenter',
      [...enterArguments(node), process.execPath, natcProgram, ...all],
      { env: { PATH: process.env['PATH'], NOTIFY_SOCKET: join(work, 'notify') } },
    );
    child.stderr.on('data', (data: Buffer) => {
      log += data.toString();
    });
    running = child;
    return child;
  }

  /** Asks from the other machine. */
  async function ask(at: number, path = '/'): Promise<Asked> {
    const argv = [process.execPath, '-e', request, address, `${at}`, path];
    return JSON.parse(await client.must(argv));
  }
  async function until(expected: Asked, at: number, path?: string): Promise<Asked> {
    for (let waits = 0; ; waits++) {
      const asked = await ask(at, path);
      if (asked.status === expected.status && asked.weight === expected.weight) return asked;
      if (waits > 100)
        throw new Error(`${JSON.stringify(asked)}, not ${JSON.stringify(expected)}\n${log}`);
      await sleep(50);
    }
  }

  test('health checks follow endpoints, /healthz the node, and all of it ends with natc', async () => {
    api.put(followedNode());
    // Stays to the end: a list without Services would not be believed.
    api.put(webService(9));
    api.put(balancer(1, 32001));
    api.put(webSlice(1, [5]));
    const child = start('--metrics-bind-address', '0.0.0.0:10249');
    const first = await until({ status: 200, weight: '1' }, 32001);
    expect(JSON.parse(first.body!)).toEqual({
      service: { namespace: 'shop', name: 'web-1' },
      localEndpoints: 1,
      serviceProxyHealthy: true,
    });

    api.put(webSlice(1, []));
    await until({ status: 503, weight: '0' }, 32001);
    api.put(webSlice(1, [5, 6]));
    await until({ status: 200, weight: '2' }, 32001);
    // Terminating ones still get connections, but no new ones are to come (H4).
    const draining = { conditions: { ready: false, serving: true, terminating: true } };
    api.put(webSlice(1, [5, 6], draining));
    await until({ status: 503, weight: '0' }, 32001);
    api.put(webSlice(1, [5], { nodeName: 'node-b' }));
    await until({ status: 503, weight: '0' }, 32001);
    api.put(webSlice(1, [5]));
    await until({ status: 200, weight: '1' }, 32001);

    expect(await ask(10256, '/livez')).toMatchObject({ status: 200 });
    await until({ status: 200 }, 10256, '/healthz');
    const plain = followedNode() as { spec: object; metadata: object };
    const taints = [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }];
    api.put({ ...plain, spec: { ...plain.spec, taints } });
    const removed = await until({ status: 503 }, 10256, '/healthz');
    expect(removed.body).toContain('"nodeEligible":false,"healthy":true');
    expect(await ask(10256, '/livez')).toMatchObject({ status: 200 });
    // The node drains; what still runs on it is still to be reached.
    expect(await ask(32001)).toMatchObject({ status: 200 });
    api.put(plain);
    await until({ status: 200 }, 10256, '/healthz');
    const deletionTimestamp = '2026-11-27T19:00:00Z';
    api.put({ ...plain, metadata: { ...plain.metadata, deletionTimestamp } });
    await until({ status: 503 }, 10256, '/healthz');

    const { body: metrics } = await ask(10249, '/metrics');
    expect(metrics).toMatch(/^natc_services 2$/m);
    expect(metrics).toMatch(/^natc_health_check_servers\{state="listening"\} 1$/m);
    expect(metrics).toMatch(/^natc_event_to_commit_seconds_count [1-9]/m);
    expect(metrics).toMatch(/^kubeproxy_proxy_healthz_total\{code="503"\} [1-9]/m);
    expect(metrics).toMatch(/^kubeproxy_sync_proxy_rules_endpoint_changes_total [1-9]/m);
    expect(metrics).toMatch(/^natc_node_eligible 0$/m);
    expect(await ask(10249, '/proxyMode')).toMatchObject({ body: 'nftables' });

    api.remove('Service', 'shop/web-1');
    await until({}, 32001);
    expect(await ask(32001)).toEqual({ error: 'ECONNREFUSED' });
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
    expect(await ask(10256, '/livez')).toEqual({ error: 'ECONNREFUSED' });
    if (!canNotify) return;
    const told = manager.messages.map((message) => message.split('\n')[0]);
    expect(told.filter((each) => each !== 'BARRIER=1')).toEqual(['READY=1', 'STOPPING=1']);
    expect(log).not.toContain('NATC515');
  });

  test('a port that another program has is told, and costs nothing else', async () => {
    for (const number of [1, 2]) {
      api.put(balancer(number, 32000 + number));
      api.put(webSlice(number, [5]));
    }
    for (const taken of [32001, 10256])
      await node.request('listen', { protocol: 'TCP', address, port: taken, name: 'node' });
    log = '';
    const child = start();
    await until({ status: 200, weight: '1' }, 32002);
    expect(log).toMatch(/warning\[NATC5150\].*0\.0\.0\.0:10256: address already in use/);
    expect(log).toMatch(/warning\[NATC5151\].*web-1 is not served on 0\.0\.0\.0:32001/);
    api.put(webSlice(2, [5, 6]));
    await until({ status: 200, weight: '2' }, 32002);
    expect(log.match(/NATC5151/g)).toHaveLength(1);
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
  });
});
