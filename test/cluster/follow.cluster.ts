/** natc apply --from-cluster --follow with a real API server, through all that becomes of it. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  agrees,
  compact,
  follow,
  inside,
  type Judge,
  killApiServer,
  kubeconfig,
  kubectl,
  must,
  permit,
  put,
  type Running,
  startApiServer,
  startJudge,
  work,
} from './control-plane.ts';
import { deployment, namespaced, service, slice } from './objects.ts';

const stateDir = mkdtempSync(join(work, 'state-'));
let judge: Judge;
let running: Running;

beforeAll(async () => {
  permit();
  put([
    namespaced('shop'),
    deployment('shop', 'web', 3),
    service('shop', 'web', 'web', { type: 'NodePort', ipFamilyPolicy: 'PreferDualStack' }),
    service('shop', 'local', 'web', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' }),
    service('shop', 'sticky', 'web', { sessionAffinity: 'ClientIP' }),
    service('shop', 'none', 'nothing'),
  ]);
  judge = await startJudge();
  await sleep(3000);
  running = follow(stateDir, kubeconfig());
});

afterAll(async () => {
  running?.child.kill('SIGKILL');
  await judge?.dispose();
});

const kernel = (): string => must('node', ['nft', 'list', 'ruleset']);
const clusterIP = (name: string): string =>
  kubectl(['-n', 'shop', 'get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}']);
const podsOf = (name: string): readonly string[] =>
  kubectl([
    ...['-n', 'shop', 'get', 'endpointslices', '-l', `kubernetes.io/service-name=${name}`],
    ...['-o', 'jsonpath={.items[*].endpoints[*].addresses[0]}'],
  ])
    .split(' ')
    .filter((address) => address !== '');
const serves = (address: string): boolean => kernel().includes(`${address} . 8080`);
const answers = (address: string): boolean =>
  inside('cli', ['curl', '-s', '--max-time', '2', `telnet://${address}:80`]).stdout.includes(
    'live',
  );

test('lists once, and applies what a fresh apply does', async () => {
  await running.said('applied revision 1');
  await agrees(judge);
  expect(answers(clusterIP('web'))).toBe(true);
});

test('Services and slices that are made, scaled and deleted are in the kernel', async () => {
  put([deployment('shop', 'more', 2), service('shop', 'more', 'more')]);
  await running.until(() => podsOf('more').length === 2 && podsOf('more').every(serves));
  expect(answers(clusterIP('more'))).toBe(true);
  kubectl(['-n', 'shop', 'scale', 'deployment', 'more', '--replicas=7']);
  await running.until(() => podsOf('more').length === 7 && podsOf('more').every(serves));
  const before = podsOf('more');
  kubectl(['-n', 'shop', 'scale', 'deployment', 'more', '--replicas=1']);
  await running.until(
    () => podsOf('more').length === 1 && before.filter(serves).join() === podsOf('more').join(),
  );
  await agrees(judge);

  put([service('shop', 'by-hand', '', { selector: null }), slice('shop', 'by-hand', [201, 202])]);
  await running.until(() => serves('10.244.0.201') && serves('10.244.0.202'));
  put([slice('shop', 'by-hand', [202, 203])]);
  await running.until(() => serves('10.244.0.203') && !serves('10.244.0.201'));

  const address = clusterIP('more');
  kubectl(['-n', 'shop', 'delete', 'service', 'more', 'by-hand']);
  kubectl(['-n', 'shop', 'delete', 'endpointslice', 'by-hand-by-hand', '--ignore-not-found']);
  await running.until(() => !kernel().includes(address) && !serves('10.244.0.203'));
  await agrees(judge);
});

test('a Node that changes: its zone, its addresses', async () => {
  kubectl(['label', 'node', 'node-a', 'topology.kubernetes.io/zone=zone-9', '--overwrite']);
  await sleep(1000);
  await agrees(judge);
  kubectl(['label', 'node', 'node-a', 'topology.kubernetes.io/zone=zone-1', '--overwrite']);
  await agrees(judge);
});

test('while the API server is away the kernel keeps what it has, and natc says how old that is', async () => {
  const before = kernel();
  await killApiServer();
  await running.said('the kernel keeps what it has, as the API server had it', 30);
  expect(running.text()).toMatch(/NATC5130.*as the API server had it \d+ s ago/);
  expect(kernel()).toBe(before);
  await startApiServer();
  await running.said('are followed again, after', 90);
  put([service('shop', 'after', 'web')]);
  await running.until(() => kernel().includes(clusterIP('after')), 90);
  await agrees(judge);
});

test('what happens while natc hangs, and etcd forgets, is found by a new list', async () => {
  await sleep(2000);
  const listsBefore = running.text().match(/listed \d+ Services/g)?.length ?? 0;
  running.child.kill('SIGSTOP');
  // What came before the connection ended may lie in a buffer.
  await killApiServer();
  await startApiServer();
  kubectl(['-n', 'shop', 'delete', 'service', 'after']);
  put([service('shop', 'meanwhile', 'web')]);
  kubectl(['-n', 'shop', 'scale', 'deployment', 'web', '--replicas=5']);
  await sleep(3000);
  compact();
  await killApiServer();
  await startApiServer();
  running.child.kill('SIGCONT');
  await running.until(() => kernel().includes(clusterIP('meanwhile')), 90);
  await agrees(judge);
  expect(running.text().match(/listed \d+ Services/g)?.length).toBe(listsBefore + 1);
});

test('after kill -9 the next natc brings the kernel to what the cluster is', async () => {
  for (const replicas of [2, 6]) {
    kubectl(['-n', 'shop', 'scale', 'deployment', 'web', `--replicas=${replicas}`]);
    await sleep(700 * (replicas - 1));
    await running.kill('SIGKILL');
    put([service('shop', `killed-${replicas}`, 'web')]);
    kubectl(['-n', 'shop', 'delete', 'service', 'meanwhile', '--ignore-not-found']);
    running = follow(stateDir, kubeconfig());
    await running.until(() => kernel().includes(clusterIP(`killed-${replicas}`)));
    await agrees(judge);
  }
});

test('SIGTERM ends it with 0, and the rules stay', async () => {
  const before = kernel();
  expect(await running.kill('SIGTERM')).toBe(0);
  expect(kernel()).toBe(before);
});

test('who may not list, cannot connect or does not trust ends with 3 and one message', async () => {
  kubectl(['create', 'namespace', 'nobody']);
  kubectl(['-n', 'nobody', 'create', 'serviceaccount', 'nobody']);
  const nobody = kubectl(['-n', 'nobody', 'create', 'token', 'nobody']).trim();
  const cases = [
    ['NATC5071', kubeconfig({ token: nobody })],
    ['NATC5071', kubeconfig({ token: 'of-another-cluster' })],
    ['NATC5073', kubeconfig({ trusts: false })],
    ['NATC5075', join(work, 'there-is-none')],
  ] as const;
  for (const [code, path] of cases) {
    const refused = follow(mkdtempSync(join(work, 'state-')), path);
    const status = await new Promise((resolve) => refused.child.once('exit', resolve));
    const said = refused.text().trim().split('\n');
    expect([code, status, said]).toEqual([code, 3, [expect.stringContaining(`error[${code}]`)]]);
  }
});
