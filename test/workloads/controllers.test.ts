/** Pods of which the controller is in the input, though what stands between them is not, are counted once. */
import { expect, test } from 'vitest';
import { nodePlaces } from '../../src/workloads/nodes.ts';
import { expandWorkloads } from '../../src/workloads/select.ts';
import { objectOf } from '../support/objects.ts';

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c' }] } };
const maker = (kind: string, name: string, spec: object) =>
  objectOf({ apiVersion: 'apps/v1', kind, metadata: { name, namespace: 'shop' }, spec });
const deployment = maker('Deployment', 'web', { replicas: 2, template });
const cronJob = maker('CronJob', 'web', { jobTemplate: { spec: { template } } });

/** A Pod as `kubectl get pods -o json` gives it. */
const pod = (name: string, owner: string | undefined, hash?: string) => {
  const [kind, ownerName] = owner?.split('/') ?? [];
  return objectOf({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      labels: { app: 'web', ...(hash && { 'pod-template-hash': hash }) },
      ...(owner && { ownerReferences: [{ kind, name: ownerName, controller: true }] }),
    },
    spec: { containers: [{ name: 'c' }] },
    status: { phase: 'Running', podIP: '10.244.1.7' },
  });
};

const titles = (...objects: readonly ReturnType<typeof objectOf>[]) =>
  expandWorkloads(objects, nodePlaces([], { name: undefined, addresses: [] })).map(
    ({ workload, pods }) => `${workload.title}: ${pods.length}`,
  );

test('of a Deployment, without its ReplicaSets', () => {
  const [a, b] = ['abcde', 'fghij'].map((end) =>
    pod(`web-5d8f9c7b6-${end}`, 'ReplicaSet/web-5d8f9c7b6', '5d8f9c7b6'),
  );
  expect(titles(deployment, a!, b!)).toEqual(['Deployment shop/web: 2']);
  const set = maker('ReplicaSet', 'web-5d8f9c7b6', { replicas: 2, template });
  expect(titles(a!, b!, set)).toEqual(['ReplicaSet shop/web-5d8f9c7b6: 2']);
});

test('of a CronJob, without its Jobs', () => {
  expect(titles(cronJob, pod('web-28391040-abcde', 'Job/web-28391040'))).toEqual([
    'CronJob shop/web: 1',
  ]);
});

test.each([
  ['nobody', undefined, undefined],
  ['another Deployment', 'ReplicaSet/webshop-5d8f9c7b6', '5d8f9c7b6'],
  ['a Deployment whose name begins like it', 'ReplicaSet/web-api-5d8f9c7b6', '5d8f9c7b6'],
  ['a ReplicaSet that somebody wrote', 'ReplicaSet/web-5d8f9c7b6', undefined],
  ['a StatefulSet', 'StatefulSet/web-5d8f9c7b6', '5d8f9c7b6'],
  ['a Job of somebody else', 'Job/web-new', undefined],
])('a Pod of %s is one more', (_, owner, hash) => {
  expect(titles(deployment, cronJob, pod('web-x', owner, hash))).toContain('Pod shop/web-x: 1');
});

test('neither does the Deployment of another namespace count them', () => {
  const other = objectOf({ ...deployment.value, metadata: { name: 'web', namespace: 'other' } });
  const own = pod('web-5d8f9c7b6-abcde', 'ReplicaSet/web-5d8f9c7b6', '5d8f9c7b6');
  expect(titles(other, own)).toContain('Pod shop/web-5d8f9c7b6-abcde: 1');
});

test.each(['helm.sh/hook', 'argocd.argoproj.io/hook'])(
  'a hook (%s) does not stay',
  (annotation) => {
    const hooked = (kind: string, status?: object) => {
      const { metadata, spec } = pod('web-test', undefined).value;
      return objectOf({
        ...{ apiVersion: 'v1', kind, status },
        metadata: { ...(metadata as object), annotations: { [annotation]: 'test' } },
        spec: kind === 'Pod' ? spec : { template },
      });
    };
    expect(titles(hooked('Pod'), hooked('Job'))).toEqual([]);
    // A cluster has it, for now.
    expect(titles(hooked('Pod', { phase: 'Running', podIP: '10.244.1.7' }))).toHaveLength(1);
    expect(titles(hooked('Deployment'))).toHaveLength(1);
  },
);
