/** What the diff says of the clients that session affinity knows. */
import { expect, test } from 'vitest';
import { diffTraffic } from '../../src/diff/traffic.ts';
import { serviceObject, sliceObject } from '../support/kernel-cluster.ts';
import { compiled } from '../support/live-host.ts';

const web = (spec: object, portName = 'http', name = 'web') => [
  serviceObject(name, {
    ...{ clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'], ipFamilies: ['IPv4'] },
    sessionAffinity: 'ClientIP',
    ports: [{ name: portName, port: 80 }],
    ...spec,
  }),
  sliceObject(
    name,
    'IPv4',
    [{ addresses: ['10.1.0.6'], nodeName: 'node-1' }],
    [{ name: portName, protocol: 'TCP', port: 8080 }],
  ),
];

const changesTo = (after: readonly object[]) => {
  const [before, next] = [compiled(web({})).ruleset, compiled(after).ruleset];
  return diffTraffic(before, next, new Set(['192.168.0.2'])).changes.map(({ type }) => type);
};

test('apply carries them to the other list, and to the port by its new name (A13)', () => {
  expect(changesTo(web({ internalTrafficPolicy: 'Local' }))).toEqual([]);
  expect(changesTo(web({ internalTrafficPolicy: 'Local' }, 'www'))).toEqual([]);
});

test('to another Service at the same address it does not', () => {
  expect(changesTo(web({}, 'http', 'shop'))).toEqual(['AFFINITY_FORGOTTEN']);
});

test('that they are kept for another time is said', () => {
  const sessionAffinityConfig = { clientIP: { timeoutSeconds: 60 } };
  expect(changesTo(web({ internalTrafficPolicy: 'Local', sessionAffinityConfig }))).toEqual([
    'AFFINITY_TIMEOUT_CHANGED',
  ]);
});
