/** The cause that is told is one that can be behind the change: not a neighbour of it that changed as well. */
import { describe, expect, test } from 'vitest';
import {
  diffObjects,
  diffOptions,
  loadBalancer,
  service,
  slice,
} from '../../support/diff-sides.ts';

const five = [5, 6, 7, 8, 9].map((i) => `10.244.1.${i}`);
const web = (spec: object, endpoints: readonly (string | Record<string, unknown>)[] = five) => [
  service('web', '10.96.0.20', { ...spec }),
  slice('web', endpoints),
];

const causesOf = (before: readonly object[], after: readonly object[], zone?: string) => {
  const options = { ...diffOptions, zone };
  return new Set(
    diffObjects(before, after, [options, options])
      .changes.filter(({ type }) => !type.startsWith('SNAT'))
      .map(({ cause }) => cause ?? ''),
  );
};

describe('of endpoints that are lost', () => {
  test('it is what one of them has, not what one that stays has', () => {
    const unready = five.map((address, i) => ({
      addresses: [address],
      conditions: { ready: i === 0 },
    }));
    expect(causesOf(web({}), web({}, unready))).toEqual(
      new Set(['EndpointSlice shop/web-1 endpoints[1].conditions: ready: false is new']),
    );
  });

  test('it is the hint, not the zone', () => {
    const hinted = five.map((address, i) => {
      const name = i === 0 ? 'a' : 'b';
      return { addresses: [address], zone: name, hints: { forZones: [{ name }] } };
    });
    expect(causesOf(web({}), web({}, hinted), 'a')).toEqual(
      new Set(['EndpointSlice shop/web-1 endpoints[1].hints: forZones: b is new']),
    );
  });
});

test('where nobody answers any more, it is what the Service is, though its slice is gone too', () => {
  const external = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { type: 'ExternalName', externalName: 'web.example' },
  };
  const causes = causesOf(web({}), [external]);
  expect([...causes].filter((cause) => cause.includes('EndpointSlice'))).toEqual([]);
});

test('a port with another name is the same port', () => {
  const renamed = web({ ports: [{ name: 'web', port: 80 }] });
  expect(causesOf(web({}), renamed)).toEqual(new Set(['spec.ports[0].name: http -> web']));
});

describe('of a slice that becomes that of another Service', () => {
  const db = (endpoints: readonly string[]) => [
    service('db', '10.96.0.30'),
    ...(endpoints.length === 0 ? [] : [slice('db', endpoints)]),
  ];
  const { metadata, ...rest } = slice('web', five);
  const moved = {
    ...rest,
    metadata: { ...(metadata as object), labels: { 'kubernetes.io/service-name': 'db' } },
  };

  test('it is the label, not its endpoints, which did not change', () => {
    const { changes } = diffObjects(
      [...web({}), ...db([])],
      [service('web', '10.96.0.20'), ...db([]), moved],
    );
    expect(changes.length).toBeGreaterThan(0);
    expect(new Set(changes.map(({ origin }) => origin?.path.join(' ')))).toEqual(
      new Set(['metadata labels kubernetes.io/service-name']),
    );
  });
});

test('what is written and says what is so anyway is no cause, and neither is what nobody reads', () => {
  const [bare, endpoints] = web({});
  const written = five.slice(1).map((address) => ({
    addresses: [address],
    nodeName: 'node-b',
    zone: 'a',
    conditions: { ready: true },
  }));
  const now = slice('web', written);
  const noisy = { ...now, metadata: { ...(now['metadata'] as object), annotations: { a: 'b' } } };
  const spec = { ...(bare?.['spec'] as object), type: 'ClusterIP', sessionAffinity: 'None' };
  expect(
    new Set(
      diffObjects([bare!, endpoints!], [{ ...bare, spec }, noisy]).changes.map(
        ({ cause }) => cause,
      ),
    ),
  ).toEqual(new Set(['EndpointSlice shop/web-1 endpoints: 10.244.1.5 is gone']));
});

describe('of a destination that another Service has now', () => {
  const causeOf = (before: readonly object[], after: readonly object[]) =>
    diffObjects(before, after, [
      { ...diffOptions, validate: 'warn' },
      { ...diffOptions, validate: 'warn' },
    ]).claims.map(({ cause, gone }) => [cause, gone !== undefined]);
  const owner = (externalIPs: readonly string[]) => [
    service('a', '10.96.0.40', { externalIPs }),
    slice('a', ['10.244.3.1']),
  ];
  const other = (externalIPs: readonly string[]) => [
    service('b', '10.96.0.41', { externalIPs }),
    slice('b', ['10.244.3.2']),
  ];
  const both = ['198.51.100.9', '198.51.100.8'];

  test('it is the claim where that is new', () => {
    expect(causeOf([...owner(both), ...other([])], [...owner(both), ...other([both[0]!])])).toEqual(
      [['spec.externalIPs: 198.51.100.9 is new', false]],
    );
  });

  test('it is what the other one gave up where the claim was there before', () => {
    expect(
      causeOf([...owner(both), ...other(both)], [...owner([both[0]!]), ...other(both)]),
    ).toEqual([['spec.externalIPs: 198.51.100.8 is gone', true]]);
  });
});

test('whoever is not let in any more was in a range that is gone, and whoever is now, in one that is new', () => {
  const ranges = (...loadBalancerSourceRanges: readonly string[]) => [
    loadBalancer('web', '10.96.0.20', '198.51.100.10', { loadBalancerSourceRanges }),
    slice('web', five),
  ];
  const [wide, narrow] = [ranges('203.0.113.0/24'), ranges('203.0.113.0/28')];
  expect(causesOf(wide, narrow)).toEqual(
    new Set(['spec.loadBalancerSourceRanges: 203.0.113.0/24 is gone']),
  );
  expect(causesOf(narrow, wide)).toEqual(
    new Set(['spec.loadBalancerSourceRanges: 203.0.113.0/24 is new']),
  );
});

test('what two fields make is told of each, and two entries of one list are told together', () => {
  const ports = [{ name: 'http', port: 80, nodePort: 30080 }];
  // One of them is the node's own.
  const externalIPs = ['198.51.100.9', '192.168.0.11'];
  const { changes } = diffObjects(web({}), web({ type: 'NodePort', ports, externalIPs }));
  expect(
    changes.map(({ destinations, cause }) => [destinations.map(({ kind }) => kind), cause]),
  ).toEqual([
    [['external IP', 'external IP'], expect.stringMatching(/^spec\.externalIPs: 19.* is new$/)],
    [['node port', 'node port'], 'spec.ports[0].nodePort: 30080 is new'],
  ]);
});
