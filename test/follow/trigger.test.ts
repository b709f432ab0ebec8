import { expect, test } from 'vitest';
import { triggerOf } from '../../src/follow/trigger.ts';

const sliceOf = (annotations: object, addressType = 'IPv4') =>
  JSON.stringify({ metadata: { name: 'web-1', annotations }, addressType, endpoints: [] });
const name = 'endpoints.kubernetes.io/last-change-trigger-time';

test('the annotation that the EndpointSlice controller writes', () => {
  const text = sliceOf({ [name]: '2026-11-27T18:56:19.668083655Z' }, 'IPv6');
  expect(triggerOf('EndpointSlice', text)).toEqual({
    at: Date.UTC(2026, 10, 27, 18, 56, 19, 668),
    family: 'IPv6',
  });
});

test.each([
  ['none', 'EndpointSlice', sliceOf({})],
  ['no time', 'EndpointSlice', sliceOf({ [name]: 'yesterday' })],
  ['names', 'EndpointSlice', sliceOf({ [name]: '2026-11-27T18:56:19Z' }, 'FQDN')],
  ['a Service', 'Service', sliceOf({ [name]: '2026-11-27T18:56:19Z' })],
] as const)('%s', (_, kind, text) => {
  expect(triggerOf(kind, text)).toBeUndefined();
});
