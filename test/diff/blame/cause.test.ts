/** The cause that is told is one that can be behind the change: not a neighbour of it that changed as well. */
import { describe, expect, test } from 'vitest';
import { diffObjects, diffOptions, service, slice } from '../../support/diff-sides.ts';

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
