import { expect, test } from 'vitest';
import { doubtsAbout, isInDoubt } from '../../src/hold-back/doubts.ts';
import { servedServices } from '../../src/hold-back/served.ts';
import { isBelieved, waitingAfter } from '../../src/hold-back/waiting.ts';
import { compiled } from '../support/live-host.ts';

interface Shape {
  readonly selector?: boolean;
  /** `absent`: no slice at all; else the nodes of its endpoints. */
  readonly slice?: 'absent' | readonly string[];
  readonly service?: 'absent';
  readonly byHand?: boolean;
}

/** A cluster of Services by `namespace/name`, and a Node. */
function cluster(shapes: Readonly<Record<string, Shape>>, nodes: readonly string[] = ['node-a']) {
  const objects: object[] = nodes.map((name) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
  }));
  for (const [index, [key, shape]] of Object.entries(shapes).entries()) {
    const [namespace, name] = key.split('/');
    if (shape.service !== 'absent')
      objects.push({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace, name },
        spec: {
          clusterIP: `10.96.${name?.charCodeAt(0)}.${index + 1}`,
          ports: [{ port: 80 }],
          ...(shape.selector !== false && { selector: { app: name } }),
        },
      });
    if (shape.slice === 'absent') continue;
    const managedBy = {
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    };
    objects.push({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        namespace,
        name: `${name}-1`,
        labels: { 'kubernetes.io/service-name': name, ...(shape.byHand !== true && managedBy) },
      },
      addressType: 'IPv4',
      ports: [{ port: 8080 }],
      endpoints: (shape.slice ?? ['node-a', 'node-b']).map((nodeName, each) => ({
        addresses: [`10.244.${index}.${each + 1}`],
        nodeName,
      })),
    });
  }
  return compiled(objects, { nodeName: 'node-a' });
}

function doubts(
  before: Readonly<Record<string, Shape>>,
  after: Readonly<Record<string, Shape>>,
  nodes?: readonly string[],
) {
  const output = cluster(after, nodes);
  const found = doubtsAbout(
    servedServices(cluster(before)),
    servedServices(output),
    output.cluster,
    50,
  );
  return {
    isInDoubt: isInDoubt(found),
    isPartial: found.isPartial,
    node: found.node,
    unexplained: found.unexplained.map(({ name, loss }) => `${name} ${loss}`),
    many: found.many.map(({ name }) => name),
  };
}

const four = { 'a/web': {}, 'a/cart': {}, 'b/mail': {}, 'b/stock': {} };
const nothing = { isInDoubt: false, isPartial: false, node: undefined, unexplained: [], many: [] };

test('the same input is not in doubt', () => {
  expect(doubts(four, four)).toEqual(nothing);
});

test('no slice at all is a list that lacks them, whatever the selectors', () => {
  const absent = { slice: 'absent' } as const;
  expect(
    doubts(four, {
      'a/web': absent,
      'a/cart': absent,
      'b/mail': absent,
      'b/stock': { ...absent, selector: false },
    }),
  ).toEqual({
    ...nothing,
    isInDoubt: true,
    isPartial: true,
    unexplained: ['a/cart slices-missing', 'a/web slices-missing', 'b/mail slices-missing'],
    many: ['b/stock'],
  });
});

test('one Service with a selector that lost its slices is held', () => {
  expect(doubts(four, { ...four, 'a/web': { slice: 'absent' } })).toEqual({
    ...nothing,
    isInDoubt: true,
    unexplained: ['a/web slices-missing'],
  });
});

test('one Service that is gone while a slice that a controller made is there is held', () => {
  expect(doubts(four, { ...four, 'a/web': { service: 'absent' } })).toMatchObject({
    unexplained: ['a/web service-missing'],
  });
  expect(doubts(four, { ...four, 'a/web': { service: 'absent', byHand: true } })).toEqual(nothing);
});

test.each([
  ['scaling one Service to zero', { ...four, 'a/web': { slice: [] } }],
  ['deleting one Service', { ...four, 'a/web': { service: 'absent', slice: 'absent' } }],
  [
    'scaling one without a selector to nothing',
    { ...four, 'a/web': { slice: 'absent', selector: false } },
  ],
  ['emptying a namespace', { 'a/web': {}, 'a/cart': {} }],
  ['scaling a namespace to zero', { ...four, 'a/web': { slice: [] }, 'a/cart': { slice: [] } }],
] as const)('%s is not in doubt', (_, after) => {
  expect(doubts(four, after)).toEqual(nothing);
});

test('the only Service may be scaled to zero', () => {
  expect(doubts({ 'a/web': {} }, { 'a/web': { slice: [] } })).toEqual(nothing);
});

test('draining a node is not in doubt, however many Services were on it alone', () => {
  const on = (node: string) => ({ slice: [node] });
  const before = { 'a/web': on('node-b'), 'a/cart': on('node-b'), 'b/mail': on('node-b') };
  const gone = { slice: [] };
  expect(doubts(before, { 'a/web': gone, 'a/cart': gone, 'b/mail': gone })).toEqual(nothing);
  const mixed = { ...before, 'b/mail': on('node-a'), 'c/x': {}, 'c/y': {}, 'd/z': {} };
  const after = { 'a/web': gone, 'a/cart': gone, 'b/mail': gone, 'c/x': gone, 'd/z': gone };
  // Two were on node-b, and the others are too many for one node.
  expect(doubts(mixed, { ...after, 'c/y': gone }).many).toEqual(['b/mail', 'c/x', 'c/y', 'd/z']);
});

test('more than half of the Services at once, in several namespaces, are held', () => {
  expect(doubts(four, { 'a/web': {} }).many).toEqual([]);
  const six = { ...four, 'c/x': {}, 'c/y': {} };
  expect(doubts(six, { 'a/web': {}, 'b/mail': {}, 'c/x': {} }).many).toEqual([]);
  expect(doubts(six, { 'a/web': {}, 'c/x': {} }).many).toEqual([]);
  expect(doubts(six, { 'a/web': {} }).many).toEqual(['a/cart', 'b/mail', 'b/stock', 'c/x', 'c/y']);
});

test('the Node that the last input had and this one has not is taken as it was', () => {
  expect(doubts(four, four, [])).toEqual({
    ...nothing,
    isInDoubt: true,
    isPartial: true,
    node: 'node-a',
  });
});

test('endpoints on other nodes count, also where internal traffic stays on this one', () => {
  const output = compiled(
    [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace: 'a', name: 'web' },
        spec: { clusterIP: '10.96.0.1', ports: [{ port: 80 }], internalTrafficPolicy: 'Local' },
      },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { namespace: 'a', name: 'web', labels: { 'kubernetes.io/service-name': 'web' } },
        addressType: 'IPv4',
        ports: [{ port: 80 }],
        endpoints: [{ addresses: ['10.244.0.1'], nodeName: 'node-b' }],
      },
    ],
    { nodeName: 'node-a' },
  );
  expect([...servedServices(output).services.keys()]).toEqual(['a/web']);
});

test('three inputs in a row that agree are believed, unless a kind of object is missing', () => {
  const output = cluster({ 'a/web': {} });
  const six = { ...four, 'c/x': {}, 'c/y': {} };
  const found = doubtsAbout(
    servedServices(cluster(six)),
    servedServices(output),
    output.cluster,
    10,
  );
  const first = waitingAfter(undefined, found, 10)!;
  const second = waitingAfter(first, found, 20)!;
  const third = waitingAfter(second, found, 30)!;
  expect([first, second, third].map((each) => isBelieved(each, found))).toEqual([
    false,
    false,
    true,
  ]);
  expect(third).toMatchObject({ since: 10, count: 3 });
  expect(isBelieved(third, { ...found, isPartial: true })).toBe(false);
  const others = { ...found, many: found.many.slice(1) };
  expect(waitingAfter(second, others, 30)).toMatchObject({ since: 30, count: 1 });
});
