/** Which changes are compiled alone, and which need everything; the text is the same in any case. */
import { expect, test } from 'vitest';
import { splitItems } from '../../src/incremental/items.ts';
import { recompile } from '../../src/incremental/recompile.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import type { Input } from '../../src/read/inputs.ts';
import { compileInFull } from '../support/compile-in-full.ts';

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

const options: CompileOptions = {
  ...defaultOptions,
  nodeName: 'node-a',
  // As apply reads: strict reading advises against external IPs, and then everything is compiled.
  validate: 'warn',
};

const inputOf = (objects: Readonly<Record<string, object | undefined>>): Input => {
  const items = Object.values(objects).filter((object) => object !== undefined);
  const list = { apiVersion: 'v1', items, kind: 'List', metadata: {} };
  return { name: 'cluster.json', bytes: Buffer.from(JSON.stringify(list, undefined, 4)) };
};

const before = compileInFull(inputOf(cluster), options);

function recompiled(changes: Readonly<Record<string, object | undefined>>) {
  const { remembered } = before;
  if (remembered === undefined) throw new Error('nothing is remembered');
  const input = inputOf({ ...cluster, ...changes });
  const result = recompile(remembered, splitItems([input]), [input], options, new Map());
  return { result, full: compileInFull(input, options) };
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
  ['another node', { nodeB: node('node-b', '192.168.0.3') }, 0],
  ['this node, as far as it does not matter', { nodeA: { ...cluster['nodeA'], spec: {} } }, 0],
  ['another kind', { configMap: { ...configMap, data: { key: 'value' } } }, 0],
])('compiled alone: %s', (_, changes, services) => {
  const { result, full } = recompiled(changes);
  expect(result.kind === 'spliced' && result.services.size).toBe(services);
  expect(result.kind === 'spliced' && result.remembered.text).toBe(full.text);
  expect(full.isSilent).toBe(true);
});

test.each<readonly [string, Readonly<Record<string, object | undefined>>, string]>([
  [
    'a Service with affinity',
    { stickySlice: undefined },
    'a Service with session affinity changed',
  ],
  [
    'a Service gets affinity',
    { web: service('web', { clusterIP: '10.96.0.10', sessionAffinity: 'ClientIP' }) },
    'a Service with session affinity changed',
  ],
  ['an endpoint of two Services', { twoSlice: undefined }, 'Services have an endpoint in common'],
  [
    'it becomes one of two Services',
    { webSlice: slice('web', ['10.1.0.7'], 'node-a') },
    'two Services claim the same',
  ],
  [
    'a cluster IP is taken',
    { web: service('web', { clusterIP: '10.96.0.20' }, { port: 81 }) },
    'two Services claim the same',
  ],
  [
    'a node port is taken',
    { web: service('web', { clusterIP: '10.96.0.10', type: 'NodePort' }, { nodePort: 30080 }) },
    'two Services claim the same',
  ],
  [
    'an external IP is taken',
    { web: service('web', { clusterIP: '10.96.0.10', externalIPs: ['198.51.100.7'] }) },
    'two Services claim the same',
  ],
  [
    'a name is taken',
    { new: { ...slice('web', []), metadata: slice('api', []).metadata } },
    'EndpointSlice shop/api-1 is given twice',
  ],
  ['an object twice', { new: cluster['idle'] }, 'an object is given twice'],
  [
    'the only node port goes',
    { api: undefined, apiSlice: undefined },
    'nothing is left in node-port-endpoints-tcp',
  ],
  [
    'the first SCTP port',
    {
      web: service('web', { clusterIP: '10.96.0.10' }, { protocol: 'SCTP' }),
      webSlice: { ...slice('web', ['10.1.0.1']), ports: [{ port: 80, protocol: 'SCTP' }] },
    },
    'nothing was in service-endpoints-sctp before',
  ],
  [
    "an external IP that is another's cluster IP, at another port",
    { web: service('web', { clusterIP: '10.96.0.10', externalIPs: ['10.96.0.20'] }, { port: 81 }) },
    'an external IP is something else too',
  ],
  [
    'an endpoint that is an address of another Node',
    { webSlice: slice('web', ['192.168.0.2']) },
    'an endpoint is an address of a Node or a Service',
  ],
  [
    'a cluster IP that is an endpoint already',
    { new: service('new', { clusterIP: '10.1.0.3' }) },
    'a new address of a Service is in use',
  ],
  [
    'a Node whose address is an endpoint already',
    { nodeB: node('node-b', '10.1.0.3') },
    'a Node has other addresses',
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
    'something is to be said about a changed object',
  ],
  ['this node', { nodeA: node('node-a', '192.168.0.9') }, 'something about the node changed'],
  ['this node is gone', { nodeA: undefined }, 'something about the node changed'],
  [
    'a warning',
    { webSlice: { ...slice('web', ['10.1.0.1']), ports: [{ name: 'http', port: 80 }] } },
    'something is to be said about a changed object',
  ],
  [
    'an error',
    { web: service('web', { clusterIP: 'nonsense' }) },
    'something is to be said about a changed object',
  ],
  ['no object', { web: { apiVersion: 'v1' } }, 'something is wrong with a changed object'],
])('everything is compiled: %s', (_, changes, because) => {
  expect(recompiled(changes).result).toEqual({ kind: 'full', because });
});

test('everything is compiled: much has changed', () => {
  const changes = Object.fromEntries(
    Array.from({ length: 11 }, (_, i) => [i, service(`new-${i}`, { clusterIP: `10.96.1.${i}` })]),
  );
  expect(recompiled(changes).result).toEqual({ kind: 'full', because: 'much has changed' });
});

test.each([
  { webSlice: slice('web', ['10.1.0.1', '10.1.0.9']) },
  { dnsSlice: udpSlice(['10.1.0.41']) },
  { idle: undefined },
])('what the next one has to know is brought up to date: %#', (changes) => {
  const { result, full } = recompiled(changes);
  expect(result.kind === 'spliced' && result.remembered).toEqual(full.remembered);
});

test('Services that come to have an endpoint in common are known as such', () => {
  const shared = {
    webSlice: slice('web', ['10.1.0.9'], 'node-a'),
    apiSlice: slice('api', ['10.1.0.9'], 'node-a'),
  };
  const { result, full } = recompiled(shared);
  if (result.kind === 'full') throw new Error(result.because);
  expect(result.remembered.text).toBe(full.text);
  const next = inputOf({ ...cluster, ...shared, apiSlice: undefined });
  expect(recompile(result.remembered, splitItems([next]), [next], options, new Map())).toEqual({
    kind: 'full',
    because: 'Services have an endpoint in common',
  });
});
