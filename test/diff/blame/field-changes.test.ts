import { describe, expect, test } from 'vitest';
import { fieldChanges } from '../../../src/diff/blame/field-changes.ts';
import { objectOf } from '../../support/objects.ts';

const slice = (endpoints: readonly object[]) =>
  objectOf({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-a', namespace: 'shop' },
    addressType: 'IPv4',
    endpoints,
  });

const told = (before: readonly object[], after: readonly object[]) =>
  fieldChanges(slice(before), slice(after)).map(({ side, path, to }) => [side, path.join('.'), to]);

const ready = { addresses: ['10.180.2.1'], conditions: {} };
const leaving = { addresses: ['10.180.2.1'], conditions: { terminating: true } };
const other = { addresses: ['10.180.0.1'] };

test('of two endpoints with one address, the one that went is gone, and nothing of the other is new', () => {
  expect(told([ready, other, leaving], [other, leaving])).toEqual([
    ['before', 'endpoints.0', undefined],
  ]);
  expect(told([other, leaving], [ready, other, leaving])).toEqual([
    ['after', 'endpoints.0', ready],
  ]);
});

test('an endpoint that changes is told by its field, wherever it stands', () => {
  expect(told([ready, other], [other, leaving])).toEqual([
    ['after', 'endpoints.1.conditions.terminating', true],
  ]);
});

describe('what is gone is nearest to', () => {
  const nearestTo = (before: readonly object[], after: readonly object[]) =>
    fieldChanges(slice(before), slice(after)).flatMap(({ nearest }) =>
      nearest === undefined ? [] : [nearest.path.join('.')],
    );
  const three = ['10.180.0.1', '10.180.0.2', '10.180.0.3'].map((each) => ({ addresses: [each] }));

  test('the entry that took its place, or else the last', () => {
    expect(nearestTo(three, three.slice(1))).toEqual(['endpoints.0']);
    expect(nearestTo(three, three.slice(0, 2))).toEqual(['endpoints.1']);
    expect(new Set(nearestTo(three, []))).toEqual(new Set(['endpoints']));
  });

  test('the field that followed, or else the one before', () => {
    const hints = { forZones: [{ name: 'a' }] };
    const whole = { addresses: ['10.180.0.1'], nodeName: 'node-a', hints };
    const { nodeName: _, ...withoutNode } = whole;
    const { hints: __, ...withoutHints } = whole;
    expect(nearestTo([whole], [withoutNode])).toEqual(['endpoints.0.hints']);
    expect(nearestTo([whole], [withoutHints])).toEqual(['endpoints.0.nodeName']);
  });
});

describe('nothing is told of', () => {
  const named = { addresses: ['10.180.0.1'], nodeName: 'node-a' };

  test('what is so without being written', () => {
    expect(told([named], [{ ...named, conditions: { ready: true } }])).toEqual([]);
    expect(told([{ ...named, conditions: {} }], [named])).toEqual([]);
    expect(told([named], [{ ...named, conditions: { ready: false } }])).toHaveLength(1);
  });

  test('the zone that a pod is in, nor of which pod it is', () => {
    expect(told([named], [{ ...named, zone: 'a', targetRef: { name: 'web-1' } }])).toEqual([]);
  });
});
