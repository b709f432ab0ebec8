import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import type { Notifier } from '../../../src/host/serve/notify.ts';
import { metrics } from '../../../src/serve/metrics.ts';
import { at, service, slice } from '../../support/cluster.ts';
import { ask, freePort, open, type RawAnswer } from '../../support/http.ts';
import { eventually, serveByHand, type TestServing } from '../../support/serving.ts';

const running: TestServing[] = [];
const squatters: Server[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((serving) => serving.close()));
  for (const server of squatters.splice(0)) server.close();
});

async function start(options: Parameters<typeof serveByHand>[0] = {}): Promise<TestServing> {
  const serving = await serveByHand(options);
  running.push(serving);
  return serving;
}

/** Takes a port, as another program does. */
const squat = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    squatters.push(server);
    server.once('error', reject).listen(port, '0.0.0.0', () => resolve(server));
  });

const balancer = (name: string, healthCheckNodePort: number) =>
  service({ type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort }, { name });
const local = (of: string, ...addresses: readonly string[]) =>
  slice(
    addresses.map((address) => at(address, { nodeName: 'a' })),
    { of, name: `${of}-1` },
  );
const changeAt = (time: number) =>
  ({ at: time, kind: 'Service', type: 'MODIFIED', name: 'default/web' }) as const;
const countOf = ({ body }: RawAnswer) =>
  (JSON.parse(body) as { localEndpoints: number }).localEndpoints;

interface Recorded {
  readonly objects: readonly Record<string, unknown>[];
  readonly metrics: Readonly<
    Record<string, { type: string; labels: readonly string[]; buckets: readonly number[] }>
  >;
  readonly eligible: readonly RecordedAnswer[];
  readonly removed: readonly RecordedAnswer[];
}

interface RecordedAnswer extends RawAnswer {
  readonly name: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly port: number;
  readonly path: string;
  readonly method: string;
}

const recorded = JSON.parse(
  readFileSync(new URL('./kube-proxy-answers.json', import.meta.url), 'utf8'),
) as Recorded;
const hasIPv6 = Object.values(networkInterfaces()).some((own) =>
  own?.some(({ address }) => address === '::1'),
);

describe('H2 H5 the answers that a real kube-proxy gave', () => {
  test.each(['eligible', 'removed'] as const)('on a node that is %s', async (node) => {
    const answers = recorded[node];
    const ports = new Map<number, number>();
    for (const { port } of answers) if (!ports.has(port)) ports.set(port, await freePort());
    const on = (port: number) => ports.get(port) ?? 0;
    const serving = await start({
      healthz: { address: '0.0.0.0', port: on(10256) },
      metrics: { address: '127.0.0.1', port: on(10249) },
    });
    serving.observer.nodeChanged({
      at: Date.now(),
      exists: true,
      isDeleting: false,
      taints: node === 'removed' ? ['ToBeDeletedByClusterAutoscaler'] : [],
    });
    const text = JSON.stringify(recorded.objects).replace(
      /("healthCheckNodePort":)(\d+)/g,
      (_, key: string, port: string) => `${key}${on(Number(port)) || 1}`,
    );
    serving.sync(JSON.parse(text));
    await eventually(() => ask({ port: on(32005) }));
    for (const { name, family, port, path, method, ...expected } of answers) {
      if (family === 'IPv6' && !hasIPv6) continue;
      const host = family === 'IPv6' ? '::1' : '127.0.0.1';
      const answer = await ask({ port: on(port), host, path, method });
      const headers = Object.keys(expected.headers).map((key) => [key, answer.headers[key]]);
      const body = answer.body.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
      expect({ name, status: answer.status, headers: Object.fromEntries(headers), body }).toEqual({
        name,
        ...expected,
      });
    }
  });

  test('H6 its metrics have the same type, labels and buckets', () => {
    const shared = Object.entries(metrics).filter(([name]) => name.startsWith('kubeproxy_'));
    const known = shared.filter(([name]) => name in recorded.metrics);
    expect(known.length).toBeGreaterThan(8);
    for (const [name, definition] of known) {
      const { type, labels, buckets } = recorded.metrics[name]!;
      expect({ name, type: definition.type, labels: [...definition.labels].sort() }).toEqual({
        name,
        type,
        labels: [...labels].sort(),
      });
      if ('buckets' in definition && buckets.length > 0)
        expect(definition.buckets).toEqual(buckets);
    }
  });
});

describe('health-check node ports', () => {
  test('follow the endpoints, and close with the Service', async () => {
    const [port, other] = [await freePort(), await freePort()];
    const serving = await start();
    serving.sync([balancer('web', port), local('web', '10.0.0.1')]);
    const first = await eventually(() => ask({ port }));
    expect(first).toMatchObject({ status: 200 });
    serving.sync([balancer('web', port)]);
    await eventually(async () => expect(await ask({ port })).toMatchObject({ status: 503 }));
    serving.sync([balancer('web', other), local('web', '10.0.0.1', '10.0.0.2')]);
    const moved = await eventually(() => ask({ port: other }));
    expect(countOf(moved)).toBe(2);
    await expect(open(port)).rejects.toThrow('ECONNREFUSED');
    serving.sync([], { extent: new Set(['default/web']) });
    await eventually(() => expect(open(other)).rejects.toThrow('ECONNREFUSED'));
    expect(serving.reported).toEqual([]);
  });

  test('a port that passes from one Service to another is never closed', async () => {
    const port = await freePort();
    const serving = await start();
    serving.sync([balancer('web', port)]);
    await eventually(() => ask({ port }));
    const kept = await open(port);
    serving.sync([balancer('shop', port), local('shop', '10.0.0.1')]);
    await eventually(async () => expect((await ask({ port })).body).toContain('"shop"'));
    expect(kept.destroyed).toBe(false);
    kept.destroy();
  });

  test('the answer says when natc itself is not healthy', async () => {
    const port = await freePort();
    const serving = await start();
    serving.sync([balancer('web', port), local('web', '10.0.0.1')]);
    await eventually(() => ask({ port }));
    serving.observer.eventReceived(changeAt(Date.now() - 61_000));
    const answer = await ask({ port });
    expect(answer.status).toBe(503);
    expect(answer.body).toContain('"serviceProxyHealthy": false');
  });

  test('a port that is taken is told once, and served when it is free', async () => {
    const [taken, free] = [await freePort(), await freePort()];
    const squatter = await squat(taken);
    const serving = await start();
    const objects = [balancer('web', taken), balancer('shop', free), local('web', '10.0.0.1')];
    serving.sync(objects);
    await eventually(() => ask({ port: free }));
    await eventually(() => expect(serving.reported).toHaveLength(1));
    expect(serving.reported[0]).toMatchObject({ code: 'NATC5151', severity: 'warning' });
    expect(serving.reported[0]!.message).toContain(
      `Service default/web is not served on 0.0.0.0:${taken}: address already in use`,
    );
    serving.sync(objects);
    squatter.close();
    serving.sync(objects);
    expect(await eventually(() => ask({ port: taken }))).toMatchObject({ status: 200 });
    expect(serving.reported).toHaveLength(1);
  });

  test('only on the node-port addresses that this node has', async () => {
    const port = await freePort();
    const serving = await start({
      nodePortAddresses: ['127.0.0.2/31'],
      files: {
        '/proc/net/fib_trie': [...['127.0.0.1', '127.0.0.2', '127.0.0.4']]
          .map((address) => `  |-- ${address}\n     /32 host LOCAL\n`)
          .join(''),
      },
    });
    serving.sync([balancer('web', port)]);
    expect(await eventually(() => ask({ port, host: '127.0.0.2' }))).toMatchObject({ status: 503 });
    await expect(open(port, '127.0.0.1')).rejects.toThrow('ECONNREFUSED');
    await expect(open(port, '127.0.0.4')).rejects.toThrow('ECONNREFUSED');
  });
});

test('the address of /healthz is tried again at the next sync', async () => {
  const port = await freePort();
  const squatter = await squat(port);
  const serving = await start({ healthz: { address: '0.0.0.0', port } });
  expect(serving.reported).toMatchObject([{ code: 'NATC5150' }]);
  await new Promise((resolve) => squatter.close(resolve));
  serving.sync([]);
  await eventually(() => ask({ port, path: '/livez' }));
  expect(serving.reported).toHaveLength(1);
});

test('/metrics has values under their names', async () => {
  const [metricsPort, healthzPort] = [await freePort(), await freePort()];
  const serving = await start({
    metrics: { address: '127.0.0.1', port: metricsPort },
    healthz: { address: '127.0.0.1', port: healthzPort },
  });
  serving.sync([balancer('web', await freePort())], { services: 4 });
  await ask({ port: healthzPort, path: '/livez' });
  const { status, headers, body } = await eventually(async () => {
    const answer = await ask({ port: metricsPort, path: '/metrics' });
    expect(answer.body).toContain('natc_health_check_servers{state="listening"} 1');
    return answer;
  });
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(body).toContain('natc_services 4\n');
  expect(body).toContain('kubeproxy_proxy_livez_total{code="200"} 1\n');
  expect(body).toMatch(/^process_resident_memory_bytes \d{7,}$/m);
  expect(body).toMatch(/^process_cpu_seconds_total \d/m);
  expect(body).toMatch(
    /^kubeproxy_sync_proxy_rules_duration_seconds_bucket\{le="0.001",ip_family="IPv4"\} 1$/m,
  );
  const printed = new Set([...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  expect([...printed].sort()).toEqual(Object.keys(metrics).sort());
});

describe('the service manager', () => {
  function listening(watchdog?: number) {
    const told: string[] = [];
    const note = (what: string) => async () => {
      told.push(what);
      return [];
    };
    const notifier: Notifier = {
      watchdog,
      ready: (status) => note(`ready: ${status}`)(),
      reloading: note('reloading'),
      stopping: note('stopping'),
      alive: note('alive'),
    };
    return { told, notifier };
  }
  const failed = { reason: 'list', startedAt: 1, finishedAt: 2, diagnostics: [] } as const;

  test('hears of the first sync, of reloading and of the end', async () => {
    const { told, notifier } = listening();
    const serving = await serveByHand({ notifier });
    serving.observer.syncFailed(failed);
    expect(told).toEqual([]);
    serving.sync([]);
    serving.sync([]);
    await serving.reloading();
    serving.sync([]);
    await serving.reloading();
    serving.observer.syncFailed(failed);
    await serving.close();
    expect(told).toEqual([
      'ready: follows the cluster: 1 Services',
      'reloading',
      'ready: follows the cluster: 1 Services',
      'reloading',
      'ready: the last sync failed; the kernel keeps what it has',
      'stopping',
    ]);
  });

  test('hears that natc lives while it is healthy', async () => {
    const { told, notifier } = listening(40);
    const serving = await start({ notifier });
    await eventually(() => expect(told.length).toBeGreaterThan(2));
    serving.observer.eventReceived(changeAt(Date.now() - 61_000));
    const count = told.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(told.length).toBe(count);
  });
});
