import { describe, expect, test } from 'vitest';
import {
  changeQueued,
  isHealthy,
  nodeChanged,
  overdueAfter,
  proxyHealthAnswer,
  syncFailed,
  syncRefused,
  syncStarted,
  syncSucceeded,
  unknownHealth,
} from '../../src/serve/proxy-health.ts';

const limit = 60_000;
const format = (at: number) => `time ${at}`;
const onNode = nodeChanged(unknownHealth, { exists: true, isDeleting: false, taints: [] });
const synced = syncSucceeded(syncStarted(onNode, 1_000), ['IPv4', 'IPv6'], 2_000);
const ask = (path: string, health = synced, now = 5_000) => {
  const { status, body } = proxyHealthAnswer(path, health, { now, steadyNow: now, limit, format });
  return { status, body: JSON.parse(body) as Record<string, unknown> };
};

test('H5 a change that waits longer than the limit for the kernel makes it unhealthy', () => {
  const waiting = changeQueued(synced, 10_000);
  expect(isHealthy(waiting, 69_999, limit)).toBe(true);
  expect(isHealthy(waiting, 70_000, limit)).toBe(false);
  expect(isHealthy(changeQueued(waiting, 60_000), 70_000, limit)).toBe(false);
});

test('H5 without a change it is healthy for ever', () => {
  expect(isHealthy(synced, 1e12, limit)).toBe(true);
});

test('a change that comes during a sync waits for the next one', () => {
  const during = changeQueued(syncStarted(changeQueued(synced, 10_000), 11_000), 12_000);
  const after = syncSucceeded(during, ['IPv4'], 13_000);
  expect(isHealthy(after, 71_999, limit)).toBe(true);
  expect(isHealthy(after, 72_000, limit)).toBe(false);
});

test('a sync that fails leaves pending what it should have done', () => {
  const failing = syncFailed(syncStarted(changeQueued(synced, 10_000), 11_000));
  const again = syncFailed(syncStarted(failing, 40_000));
  expect(isHealthy(again, 69_999, limit)).toBe(true);
  expect(isHealthy(again, 70_000, limit)).toBe(false);
  expect(isHealthy(syncSucceeded(again, ['IPv4'], 80_000), 1e12, limit)).toBe(true);
});

test('what natc does not believe takes no node out of service', () => {
  const begun = syncStarted(changeQueued(synced, 10_000), 11_000);
  const disbelieved = syncRefused(changeQueued(begun, 12_000), ['NATC5024']);
  expect(isHealthy(disbelieved, 71_999, limit)).toBe(true);
  expect(isHealthy(disbelieved, 72_000, limit)).toBe(false);
  expect(isHealthy(syncRefused(begun, ['NATC5025']), 1e12, limit)).toBe(true);
  expect(isHealthy(syncRefused(begun, ['NATC5003']), 70_000, limit)).toBe(false);
  expect(isHealthy(syncRefused(begun, []), 70_000, limit)).toBe(false);
});

test('a sync without a change, of the period, is pending while it runs and when it failed', () => {
  const hanging = syncStarted(synced, 10_000);
  expect(isHealthy(hanging, 70_000, limit)).toBe(false);
  expect(isHealthy(syncFailed(hanging), 70_000, limit)).toBe(false);
});

test('the first sync counts too', () => {
  expect(isHealthy(syncStarted(unknownHealth, 0), 70_000, limit)).toBe(false);
});

test('a minute at least, and two periods of gathering', () => {
  expect(overdueAfter(1_000)).toBe(60_000);
  expect(overdueAfter(45_000)).toBe(90_000);
});

describe('H5 the node', () => {
  test.each([
    ['is there', { exists: true, isDeleting: false, taints: ['other'] }, 200],
    ['is being deleted', { exists: true, isDeleting: true, taints: [] }, 503],
    [
      'is about to be removed',
      { exists: true, isDeleting: false, taints: ['x', 'ToBeDeletedByClusterAutoscaler'] },
      503,
    ],
    ['is not there', { exists: false, isDeleting: false, taints: [] }, 503],
  ] as const)('%s', (_, node, status) => {
    const health = nodeChanged(synced, node);
    expect(ask('/healthz', health)).toMatchObject({
      status,
      body: { nodeEligible: status === 200, healthy: true },
    });
    expect(ask('/livez', health).status).toBe(200);
  });

  test('is not known to a natc without a name for it, which follows all the same', () => {
    expect(ask('/healthz', syncSucceeded(unknownHealth, ['IPv4'], 2_000)).status).toBe(200);
  });

  test('is not known at first', () => {
    expect(ask('/healthz', unknownHealth)).toMatchObject({
      status: 503,
      body: { nodeEligible: false, healthy: true },
    });
    expect(ask('/livez', unknownHealth).status).toBe(200);
  });
});

test('the body has the fields of kube-proxy in its order', () => {
  const { body } = proxyHealthAnswer('/healthz', synced, {
    now: 5_000,
    steadyNow: 5_000,
    limit,
    format,
  });
  expect(body).toBe(
    '{"lastUpdated":"time 5000","currentTime":"time 5000","nodeEligible":true,"healthy":true,' +
      '"status":{"IPv4":{"lastUpdated":"time 2000","healthy":true},"IPv6":{"lastUpdated":"time 2000","healthy":true}}}',
  );
  const overdue = changeQueued(synced, 5_000);
  const livez = proxyHealthAnswer('/livez', overdue, {
    now: 65_000,
    steadyNow: 65_000,
    limit,
    format,
  });
  expect(livez).toMatchObject({
    status: 503,
    headers: { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' },
  });
  expect(livez.body).toBe(
    '{"lastUpdated":"time 2000","currentTime":"time 65000","healthy":false,' +
      '"status":{"IPv4":{"lastUpdated":"time 2000","healthy":false},"IPv6":{"lastUpdated":"time 2000","healthy":false}}}',
  );
});

test('before the first sync there is no status', () => {
  const overdue = proxyHealthAnswer('/livez', syncStarted(unknownHealth, 0), {
    now: 60_000,
    steadyNow: 60_000,
    limit,
    format,
  });
  expect(overdue.body).toBe(
    '{"lastUpdated":"0001-01-01T00:00:00Z","currentTime":"time 60000","healthy":false}',
  );
});

test('other paths are not found', () => {
  expect(proxyHealthAnswer('/', synced, { now: 0, steadyNow: 0, limit, format })).toMatchObject({
    status: 404,
    body: '404 page not found\n',
  });
});

test('H5 setting the time of day makes nothing overdue', () => {
  const waiting = changeQueued(synced, 10_000);
  const day = 86_400_000;
  const { status, body } = proxyHealthAnswer('/livez', waiting, {
    now: day,
    steadyNow: 11_000,
    limit,
    format,
  });
  expect([status, JSON.parse(body)]).toEqual([
    200,
    expect.objectContaining({ healthy: true, currentTime: `time ${day}` }),
  ]);
});
