/** What controllers write is read by a shorter way: it must find what the longer one does. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findings, modelOf, slice } from '../support/findings.ts';

/** Mostly what a controller writes, with one thing or the other that is not. */
const mostly = <T>(plain: fc.Arbitrary<T>, ...odd: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: plain, weight: 6 }, { arbitrary: fc.constantFrom(...odd), weight: 1 });

/** Of the odd values, what makes a key absent. */
const absent = Symbol('absent');

const present = (mapping: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(mapping).filter(([, value]) => value !== absent));

const text = fc.constantFrom('web-0', 'Pod', 'shop');

const reference = fc
  .record({
    kind: mostly(text, '', null, 7, absent),
    name: mostly(text, '', null, {}, absent),
    namespace: mostly(text, '', 'No Namespace', [], absent),
    uid: mostly(text, '', false, absent),
    fieldPath: mostly(fc.constant(absent), 'spec', 3),
  })
  .map(present);

const conditions = fc
  .record({
    ready: mostly(fc.boolean(), null, 'true', absent),
    serving: mostly(fc.boolean(), null, 1, absent),
    terminating: mostly(fc.boolean(), null, absent),
    draining: mostly(fc.constant(absent), true),
  })
  .map(present);

const endpoint = fc
  .record({
    addresses: mostly(
      fc.constantFrom(['10.180.0.5'], ['2001:db8::5']),
      [],
      ['10.180.0.5', '10.180.0.6'],
      ['010.180.0.5'],
      ['2001:DB8::5'],
      ['127.0.0.1'],
      ['::1'],
      [7],
      'text',
      absent,
    ),
    conditions: mostly(conditions, null, [], absent),
    nodeName: mostly(fc.constantFrom('node-a', 'node.b'), '', 'Node', null, 7, absent),
    targetRef: mostly(reference, null, 'web-0', absent),
    zone: mostly(fc.constantFrom('a', absent), '', 'A b', null, 7),
    ready: mostly(fc.constant(absent), true),
  })
  .map(present);

test('an endpoint is the same, and so is what is said of it, with hints that are none', () => {
  fc.assert(
    fc.property(
      fc.array(endpoint, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('IPv4', 'IPv6'),
      fc.constantFrom('strict', 'warn'),
      (endpoints, addressType, validate) => {
        const look = (given: readonly object[]) => {
          const objects = [slice({ addressType, endpoints: given })];
          const { cluster, diagnostics } = modelOf(objects, { validate });
          const read = cluster.endpointSlices.map((each) => each.endpoints);
          return [read, findings(objects, { validate }), diagnostics.map(({ message }) => message)];
        };
        expect(look(endpoints)).toEqual(look(endpoints.map((each) => ({ ...each, hints: {} }))));
      },
    ),
    { numRuns: 500 },
  );
});

test('one with a key more than a controller writes is read in full', () => {
  const plain = {
    addresses: ['10.180.0.5'],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: 'node-a',
    targetRef: { kind: 'Pod', name: 'web-0', namespace: 'shop', uid: 'a' },
    zone: 'a',
  };
  const hints = { forZones: [{ name: 'b' }] };
  const objects = [slice({ endpoints: [plain, { ...plain, hints }, { ...plain, ready: true }] })];
  const [{ endpoints } = { endpoints: [] }] = modelOf(objects).cluster.endpointSlices;
  expect(endpoints.map(({ forZones }) => forZones)).toEqual([[], ['b'], []]);
  expect(findings(objects)).toEqual(['error NATC2008 key:endpoints[2].ready']);
});
