/** What is compiled with a change; what comes of it is the same as if everything were. */
import { expect, test } from 'vitest';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import type { Input } from '../../src/read/inputs.ts';
import { type ChangedCompilation, compileFrom, compileInFull } from '../support/compile-in-full.ts';

type Spec = Readonly<Record<string, unknown>>;

const service = (name: string, spec: Spec, port: Spec = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { ports: [{ port: 80, ...port }], ...spec },
});

const slice = (service: string, addresses: readonly string[], nodeName = 'node-b') => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: `${service}-1`,
    namespace: 'shop',
    labels: { 'kubernetes.io/service-name': service },
  },
  addressType: 'IPv4',
  ports: [{ port: 8080 }],
  endpoints: addresses.map((address) => ({ addresses: [address], nodeName })),
});

const udpSlice = (addresses: readonly string[]) => ({
  ...slice('dns', addresses),
  ports: [{ port: 53, protocol: 'UDP' }],
});

const node = (name: string, address: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, resourceVersion: '1' },
  status: { addresses: [{ type: 'InternalIP', address }] },
});

const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } };

/** By a name to change each by. */
const cluster: Readonly<Record<string, object>> = {
  web: service('web', { clusterIP: '10.96.0.10' }),
  webSlice: slice('web', ['10.1.0.1', '10.1.0.2']),
  api: service('api', { clusterIP: '10.96.0.20', type: 'NodePort' }, { nodePort: 30080 }),
  apiSlice: slice('api', ['10.1.0.3', '10.1.0.4', '10.1.0.5']),
  zoo: service('zoo', { clusterIP: '10.96.0.9', externalIPs: ['198.51.100.7'] }),
  zooSlice: slice('zoo', ['10.1.0.6', '10.1.0.7'], 'node-a'),
  idle: service('idle', { clusterIP: '10.96.0.30' }),
  sticky: service('sticky', { clusterIP: '10.96.0.40', sessionAffinity: 'ClientIP' }),
  stickySlice: slice('sticky', ['10.1.0.10', '10.1.0.11', '10.1.0.12', '10.1.0.13']),
  one: service('one', { clusterIP: '10.96.0.50' }),
  oneSlice: slice('one', ['10.1.0.20'], 'node-a'),
  two: service('two', { clusterIP: '10.96.0.51' }),
  twoSlice: slice('two', ['10.1.0.20'], 'node-a'),
  four: service('four', { clusterIP: '10.96.0.52' }),
  fourSlice: slice('four', ['10.1.0.30', '10.1.0.31', '10.1.0.32', '10.1.0.33']),
  dns: service('dns', { clusterIP: '10.96.0.53' }, { protocol: 'UDP', port: 53 }),
  dnsSlice: udpSlice(['10.1.0.40']),
  nodeA: node('node-a', '192.168.0.1'),
  nodeB: node('node-b', '192.168.0.2'),
  configMap,
};

const options: CompileOptions = { ...defaultOptions, nodeName: 'node-a', validate: 'warn' };

const inputOf = (objects: Readonly<Record<string, object | undefined>>): Input => {
  const items = Object.values(objects).filter((object) => object !== undefined);
  const list = { apiVersion: 'v1', items, kind: 'List', metadata: {} };
  return { name: 'cluster.json', bytes: Buffer.from(JSON.stringify(list, undefined, 4)) };
};

const before = compileInFull(inputOf(cluster), options);

function from({ known }: Pick<ChangedCompilation, 'known'>, input: Input, given = options) {
  if (known === undefined) throw new Error('nothing is known');
  const found = compileFrom(known, input, given);
  const { known: _, ...full } = compileInFull(input, given);
  return { found, full };
}

test.each<readonly [string, Readonly<Record<string, object | undefined>>, number]>([
  ['nothing', {}, 0],
  ['an endpoint', { webSlice: slice('web', ['10.1.0.1', '10.1.0.9']) }, 1],
  ['the number of endpoints, new here', { webSlice: slice('web', ['10.1.0.1']) }, 1],
  [
    'the number of endpoints, as elsewhere',
    { apiSlice: slice('api', ['10.1.0.3', '10.1.0.4']) },
    1,
  ],
  ['the last endpoint goes', { webSlice: slice('web', []) }, 1],
  ['a slice goes', { webSlice: undefined }, 1],
  ['a Service comes', { new: service('new', { clusterIP: '10.96.0.60' }) }, 1],
  ['it comes first', { new: service('aaa', { clusterIP: '10.96.0.1' }) }, 1],
  ['a Service goes', { web: undefined, webSlice: undefined }, 1],
  ['the only refused one goes', { idle: undefined }, 1],
  ['a cluster IP', { web: service('web', { clusterIP: '10.96.0.11' }) }, 1],
  ['it becomes headless', { web: service('web', { clusterIP: 'None' }) }, 1],
  ['the port', { web: service('web', { clusterIP: '10.96.0.10' }, { port: 81 }) }, 1],
  ['the only external IP goes', { zoo: service('zoo', { clusterIP: '10.96.0.9' }) }, 1],
  [
    'cluster IPs are exchanged',
    {
      web: service('web', { clusterIP: '10.96.0.9' }),
      zoo: service('zoo', { clusterIP: '10.96.0.10', externalIPs: ['198.51.100.7'] }),
    },
    2,
  ],
  ['an endpoint on this node', { webSlice: slice('web', ['10.1.0.1'], 'node-a') }, 1],
  ['a number that only one with affinity has then', { fourSlice: slice('four', ['10.1.0.30']) }, 1],
  ['another node, as far as it does not matter', { nodeB: { ...cluster['nodeB'], spec: {} } }, 0],
  ['this node, as far as it does not matter', { nodeA: { ...cluster['nodeA'], spec: {} } }, 0],
  ['another kind', { configMap: { ...configMap, data: { key: 'value' } } }, 0],
  ['a Service with affinity loses its endpoints', { stickySlice: undefined }, 1],
  [
    'a Service gets affinity',
    { web: service('web', { clusterIP: '10.96.0.10', sessionAffinity: 'ClientIP' }) },
    1,
  ],
  ['an endpoint of two Services', { twoSlice: undefined }, 1],
  ['it becomes one of two Services', { webSlice: slice('web', ['10.1.0.7'], 'node-a') }, 1],
  ['a cluster IP is taken', { web: service('web', { clusterIP: '10.96.0.20' }, { port: 81 }) }, 2],
  [
    'a node port is taken',
    { web: service('web', { clusterIP: '10.96.0.10', type: 'NodePort' }, { nodePort: 30080 }) },
    2,
  ],
  [
    'an external IP is taken',
    { web: service('web', { clusterIP: '10.96.0.10', externalIPs: ['198.51.100.7'] }) },
    2,
  ],
  ['a name is taken', { new: { ...slice('web', []), metadata: slice('api', []).metadata } }, 1],
  ['the only node port goes', { api: undefined, apiSlice: undefined }, 1],
  [
    'the first SCTP port',
    {
      web: service('web', { clusterIP: '10.96.0.10' }, { protocol: 'SCTP' }),
      webSlice: { ...slice('web', ['10.1.0.1']), ports: [{ port: 80, protocol: 'SCTP' }] },
    },
    1,
  ],
  [
    "an external IP that is another's cluster IP, at another port",
    { web: service('web', { clusterIP: '10.96.0.10', externalIPs: ['10.96.0.20'] }, { port: 81 }) },
    2,
  ],
  [
    'an endpoint that is an address of another Node',
    { webSlice: slice('web', ['192.168.0.2']) },
    1,
  ],
  [
    'a cluster IP that is an endpoint already',
    { new: service('new', { clusterIP: '10.1.0.3' }) },
    2,
  ],
  [
    'an address of this node that is a node port of another Service',
    {
      web: service(
        'web',
        { clusterIP: '10.96.0.10', externalIPs: ['192.168.0.1'] },
        { port: 30080 },
      ),
    },
    2,
  ],
  [
    'a warning',
    { webSlice: { ...slice('web', ['10.1.0.1']), ports: [{ name: 'http', port: 80 }] } },
    1,
  ],
  [
    'a slice whose Service is not there, of a similar name',
    { stray: slice('idel', ['10.1.1.1']) },
    2,
  ],
  ['a Service goes, its slice stays, and another Service has none', { web: undefined }, 2],
  [
    'the Service goes that a slice without one may be meant for',
    { idle: undefined, stray: slice('idel', ['10.1.1.1']) },
    2,
  ],
  [
    'much',
    Object.fromEntries(
      Array.from({ length: 11 }, (_, i) => [i, service(`new-${i}`, { clusterIP: `10.96.1.${i}` })]),
    ),
    11,
  ],
])('compiled alone: %s', (_, changes, services) => {
  const input = inputOf({ ...cluster, ...changes });
  const there = from(before, input);
  if (typeof there.found === 'string') throw new Error(there.found);
  expect(there.found.services.size).toBe(services);
  expect(there.found).toMatchObject(there.full);
  // And back, from what is known now.
  const back = from(there.found, inputOf(cluster));
  expect(back.found).toMatchObject(back.full);
});

test.each<readonly [string, Readonly<Record<string, object | undefined>>, string]>([
  ['an object twice', { new: cluster['idle'] }, 'an object is given twice'],
  ['the address of a Node', { nodeB: node('node-b', '10.1.0.3') }, 'the node changed'],
  ['this node', { nodeA: node('node-a', '192.168.0.9') }, 'the node changed'],
  ['this node is gone', { nodeA: undefined }, 'the node changed'],
  ['no object', { web: { apiVersion: 'v1' } }, 'an object is written oddly'],
])('everything is compiled: %s', (_, changes, because) => {
  expect(from(before, inputOf({ ...cluster, ...changes })).found).toContain(because);
});

test('an error is told, and nothing is known of it', () => {
  const input = inputOf({ ...cluster, web: service('web', { clusterIP: 'nonsense' }) });
  const { found, full } = from(before, input, { ...options, validate: 'strict' });
  // Advice about objects that did not change waits until there is no error.
  expect(found).toMatchObject({ text: undefined, known: undefined });
  expect(full.text).toBeUndefined();
  expect(JSON.stringify(found)).toContain('nonsense');
  expect(full.said).toContain('nonsense');
});

test('what was warned of is told again, with its position in the new input', () => {
  const odd = { webSlice: { ...slice('web', ['10.1.0.1']), ports: [{ name: 'http', port: 80 }] } };
  const first = compileInFull(inputOf({ ...cluster, ...odd }), options);
  const next = { new: service('aaa', { clusterIP: '10.96.0.1' }), ...cluster, ...odd };
  const { found, full } = from(first, inputOf(next));
  expect(full.said).toContain('NATC3012');
  expect(found).toMatchObject(full);
});

test('Services that come to have an endpoint in common keep it for each other', () => {
  const shared = {
    webSlice: slice('web', ['10.1.0.9'], 'node-a'),
    apiSlice: slice('api', ['10.1.0.9'], 'node-a'),
  };
  const there = from(before, inputOf({ ...cluster, ...shared }));
  if (typeof there.found === 'string') throw new Error(there.found);
  expect(there.found).toMatchObject(there.full);
  const next = from(there.found, inputOf({ ...cluster, ...shared, apiSlice: undefined }));
  expect(next.full.text).toContain('10.1.0.9 . 10.1.0.9');
  expect(next.found).toMatchObject(next.full);
});
