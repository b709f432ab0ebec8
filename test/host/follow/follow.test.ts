/** natc apply --follow against a stand-in for the API server that misbehaves, and a real kernel. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import type { FollowObserver, NodeEvent } from '../../../src/follow/observer.ts';
import { loadWarnings } from '../../../src/host/state/attempt-store.ts';
import {
  type Following,
  type FollowingOptions,
  startFollowing,
} from '../../support/follow-fixture.ts';
import { followedNode, webService, webSlice } from '../../support/follow-world.ts';
import { type KernelAgent, startAgent } from '../../support/kernel-agent.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';
import { hostOn } from '../../support/live-host.ts';
import { kubeconfigFor, type StandIn, startStandIn } from '../../support/stand-in-api.ts';
import type { WatchMisbehaviour } from '../../support/stand-in-watch.ts';
import { makeAuthority } from '../../support/test-certificates.ts';

describeWithKernel('natc apply --follow', () => {
  let api: StandIn;
  let agent: KernelAgent;
  let following: Following | undefined;
  beforeEach(async () => {
    [api, agent] = await Promise.all([startStandIn(), startAgent()]);
    for (const object of [followedNode(), webService(1), webSlice(1, [5])]) api.put(object);
  });
  afterEach(async () => {
    await following?.end();
    following = undefined;
    await Promise.all([api.close(), agent.dispose()]);
  });

  const begin = (options?: FollowingOptions): Following => {
    following = startFollowing(api, hostOn(agent.run), options);
    return following;
  };
  async function follow(options?: FollowingOptions): Promise<Following> {
    const begun = begin(options);
    await begun.until(() => begun.synced.length > 0);
    return begun;
  }
  const kernel = () => agent.must(['nft', 'list', 'table', 'ip', 'natc']);
  const serves = async (host: number): Promise<boolean> =>
    (await kernel()).includes(`10.1.0.${host} . 8080`);

  test('a change reaches the kernel, a Service that goes leaves it', async () => {
    const { until, synced } = await follow();
    expect(await serves(5)).toBe(true);
    api.put(webSlice(1, [6]));
    await until(() => serves(6));
    expect(await serves(5)).toBe(false);
    api.put(webService(2));
    api.put(webSlice(2, [7]));
    await until(() => serves(7));
    api.remove('Service', 'shop/web-1');
    await until(async () => !(await kernel()).includes('10.96.0.11'));
    expect(await serves(7)).toBe(true);
    expect(synced.at(-1)).toMatchObject({ services: 1, endpoints: 2, reason: 'change' });
  });

  test('with --assert a change that breaks an assertion is held back, and told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'natc-follow-'));
    const rules = join(folder, 'rules.yaml');
    const head = 'apiVersion: natc.dev/v1alpha1\nkind: Assertions\nassertions:\n';
    writeFileSync(rules, `${head}  - {name: closed, from: outside, mustNotReach: anything}\n`);
    const { until, synced, failed } = await follow({ flags: { assert: [rules] } });
    api.put(webSlice(1, [6]));
    await until(() => serves(6));
    expect(synced.every(({ extent }) => extent === 'everything')).toBe(true);
    const port = { name: 'http', port: 80, nodePort: 30080 };
    api.put(webService(1, { type: 'NodePort', ports: [port] }));
    api.put(webSlice(1, [7]));
    await until(() => failed.length > 0);
    expect(failed[0]?.diagnostics.map(({ code }) => code)).toContain('NATC6120');
    expect(await serves(6)).toBe(true);
    expect(await kernel()).not.toContain('30080');
    api.put(webService(1));
    await until(() => serves(7));
    rmSync(folder, { recursive: true });
  });

  test('natc status has the warnings of the last change', async () => {
    const { until, synced, stateDir } = await follow();
    const standing = async () => (await loadWarnings(stateDir))?.warnings.map(({ code }) => code);
    const before = await standing();
    api.put(webService(1, { externalIPs: ['192.168.0.2'] }));
    await until(async () => (await standing())?.length === (before?.length ?? 0) + 1);
    api.put(webService(1));
    await until(async () => JSON.stringify(await standing()) === JSON.stringify(before));
    expect(synced.filter(({ extent }) => extent === 'everything')).toHaveLength(1);
  });

  test('changes are gathered, and the first after quiet goes at once', async () => {
    const { until, synced } = await follow({ flags: { minSyncPeriod: 1500 } });
    await until(() => Date.now() - (synced[0]?.finishedAt ?? 0) > 1600);
    api.put(webSlice(1, [6]));
    await until(() => synced.length > 1);
    const [, first] = synced;
    expect((first?.startedAt ?? 0) - (first?.receivedAt ?? 0)).toBeLessThan(500);
    for (const host of [7, 8, 9]) api.put(webSlice(1, [host]));
    await until(() => serves(9));
    await until(() => synced.length > 2);
    expect(synced).toHaveLength(3);
    expect((synced[2]?.startedAt ?? 0) - (first?.finishedAt ?? 0)).toBeGreaterThanOrEqual(1490);
  });

  test.each<readonly [string, () => void]>([
    ['broken', () => api.watches.cut()],
    ['broken within a line', () => api.watches.cut({ halfLine: true })],
    [
      'given half a line as a whole one',
      () => api.watches.write('endpointslices', '{"type":"ADDED",\n'),
    ],
    [
      'given what is no event',
      () => api.watches.write('endpointslices', '{"type":"ODD","object":{}}\n'),
    ],
    [
      'broken, and the server knows the version no more',
      () => {
        api.watches.compact();
        api.watches.cut();
      },
    ],
  ])('a watch that is %s goes on', async (_, happen) => {
    const { until } = await follow();
    happen();
    api.put(webSlice(1, [6]));
    await until(() => serves(6));
    // And again, by what came after it.
    api.put(webSlice(1, [7]));
    await until(() => serves(7));
  });

  test.each<readonly [string, readonly WatchMisbehaviour[]]>([
    ['410', [{ kind: 'status', status: 410 }]],
    ['410 in an event', [{ kind: 'error-event', code: 410 }]],
    ['429 with Retry-After', [{ kind: 'status', status: 429, retryAfter: '1' }]],
    ['500', [{ kind: 'status', status: 500 }]],
    ['500 in an event', [{ kind: 'error-event', code: 500 }]],
    ['a closed connection', [{ kind: 'close-before' }]],
    ['an end at once', [{ kind: 'end' }]],
    ['an expired token', [{ kind: 'status', status: 401 }]],
  ])('a watch that begins again with %s goes on', async (_, how) => {
    const { until } = await follow();
    api.watches.fail('endpointslices', ...how);
    api.watches.cut();
    api.put(webSlice(1, [6]));
    await until(() => serves(6));
  });

  test('events that come twice, or in another order, change nothing that is newer', async () => {
    const { until, synced } = await follow();
    api.watches.disorder('swapped');
    for (const host of [6, 7, 8, 9]) api.put(webSlice(1, [host]));
    api.watches.disorder('twice');
    api.put(webService(2));
    api.put(webSlice(2, [20]));
    api.remove('Service', 'shop/web-2');
    await until(() => serves(9));
    await until(async () => !(await kernel()).includes('10.96.0.12'));
    const before = synced.length;
    // One that went does not come back with an event from before.
    api.watches.write(
      'services',
      `${JSON.stringify({ type: 'MODIFIED', object: { ...webService(2), metadata: { namespace: 'shop', name: 'web-2', resourceVersion: '2' } } })}\n`,
    );
    api.put(webSlice(1, [10]));
    await until(() => serves(10));
    await until(() => synced.length > before);
    expect(await kernel()).not.toContain('10.96.0.12');
  });

  test('a bookmark is where a watch goes on', async () => {
    const { until } = await follow();
    api.put(webSlice(1, [6]));
    api.put(followedNode({ zone: 'b' }));
    api.watches.bookmark();
    await until(() => serves(6));
    api.fail();
    api.watches.compact();
    api.watches.cut();
    api.put(webSlice(1, [7]));
    await until(() => serves(7));
    expect(api.requests.filter((request) => !request.includes('watch'))).toEqual([]);
  });

  test('a heartbeat of the Node is no change, another zone is one', async () => {
    const nodes: NodeEvent[] = [];
    const observer: FollowObserver = { nodeChanged: (event) => nodes.push(event) };
    api.put(webSlice(1, [5, 6], { hints: { forZones: [{ name: 'a' }] } }));
    const { until, synced } = await follow({ observer });
    api.put(followedNode({}, '2026-02-02T00:00:00Z'));
    api.put(webService(2));
    await until(() => synced.length > 1);
    expect(synced).toHaveLength(2);
    const zones = (names: readonly string[]) =>
      webSlice(1, [5], { hints: { forZones: names.map((name) => ({ name })) } });
    api.put(zones(['a']));
    api.put({
      ...webSlice(1, [7], { hints: { forZones: [{ name: 'b' }] } }),
      metadata: {
        namespace: 'shop',
        name: 'web-1-z',
        labels: { 'kubernetes.io/service-name': 'web-1' },
      },
    });
    await until(() => serves(7));
    expect(await serves(5)).toBe(true);
    api.put(followedNode({ zone: 'b' }));
    await until(async () => !(await serves(5)));
    expect(await serves(7)).toBe(true);
    expect(nodes.at(-1)).toMatchObject({ exists: true, isDeleting: false, taints: [] });
  });

  test('while the API server is away the kernel keeps what it has', async () => {
    const { until, log } = await follow();
    const before = await kernel();
    const away = ['nodes', 'services', 'endpointslices'] as const;
    for (const list of away)
      api.watches.fail(
        list,
        ...Array.from({ length: 3 }, () => ({ kind: 'close-before' }) as const),
      );
    api.watches.cut();
    api.put(webSlice(1, [6]));
    await until(
      () => log.some((line) => /the kernel keeps what it has, as .* \d+ s ago/.test(line)),
      30,
    );
    expect(await kernel()).toBe(before);
    await until(() => serves(6), 30);
    expect(log.join('')).toMatch(/EndpointSlices are followed again, after \d+ s/);
  });

  test('what others changed is repaired after the period', async () => {
    const { until, log } = await follow({ flags: { syncPeriod: 1000 } });
    await agent.must(['nft', 'flush', 'chain', 'ip', 'natc', 'dispatch']);
    const before = await kernel();
    await until(async () => (await kernel()) !== before);
    await until(() => log.some((line) => line.includes('NATC5026')));
  });

  test('what the kernel lost is there again with the next change', async () => {
    const { until } = await follow();
    await agent.must(['nft', 'delete', 'table', 'ip', 'natc']);
    api.put(webSlice(1, [6]));
    await until(() =>
      agent
        .run(['nft', 'list', 'table', 'ip', 'natc'])
        .then(({ stdout }) => stdout.includes('10.1.0.6')),
    );
    expect(await kernel()).toContain('10.96.0.11');
  });

  test('an end leaves the rules, and a new beginning changes nothing', async () => {
    const first = await follow({ stateDir: mkdtempSync(join(tmpdir(), 'natc-follow-state-')) });
    expect(await first.end()).toEqual({ kind: 'ended', exitCode: exitCodes.success });
    const before = await kernel();
    const second = await follow({ stateDir: first.stateDir });
    expect(await kernel()).toBe(before);
    expect(second.synced[0]?.committedAt).toBeUndefined();
    await second.end();
    rmSync(first.stateDir, { recursive: true });
  });

  test.each([
    [
      'list',
      'NATC5071',
      (): void => api.fail({ list: 'services', page: 1, how: { kind: 'status', status: 403 } }),
    ],
    [
      'watch',
      'NATC5131',
      (): void => api.watches.fail('services', { kind: 'status', status: 403 }),
    ],
  ] as const)('without the permission to %s it ends with 3', async (_, code, happen) => {
    happen();
    const { ended, log } = begin();
    expect(await ended).toEqual({ kind: 'ended', exitCode: exitCodes.hostRefused });
    expect(log.filter((line) => line.includes(code))).toHaveLength(1);
    expect((await agent.run(['nft', 'list', 'tables'])).stdout).toBe('');
  });

  test('with a certificate that is not trusted, or a wrong kubeconfig, it ends with 3', async () => {
    const tls = await startStandIn({ tls: makeAuthority().issue('127.0.0.1') });
    const folder = mkdtempSync(join(tmpdir(), 'natc-follow-tls-'));
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigFor(tls.url));
    const refused = startFollowing(tls, hostOn(agent.run), { kubeconfig });
    expect(await refused.ended).toMatchObject({ exitCode: exitCodes.hostRefused });
    expect(refused.log.filter((line) => line.includes('NATC5073'))).toHaveLength(1);
    const missing = startFollowing(tls, hostOn(agent.run), { kubeconfig: join(folder, 'none') });
    expect(await missing.ended).toMatchObject({ exitCode: exitCodes.hostRefused });
    expect(missing.log.filter((line) => line.includes('NATC5075'))).toHaveLength(1);
    rmSync(folder, { recursive: true });
    await tls.close();
  });

  test('it waits for an API server that is not there yet', async () => {
    api.fail({ list: 'services', page: 1, how: { kind: 'close-before' }, times: 2 });
    const { until } = begin();
    await until(
      async () =>
        (await agent.run(['nft', 'list', 'table', 'ip', 'natc'])).stdout.includes('10.1.0.5'),
      30,
    );
  });
});
