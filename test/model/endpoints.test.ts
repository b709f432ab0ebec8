import { expect, test } from 'vitest';
import { endpoints, errors, findings, modelOf } from '../support/findings.ts';

const read = (object: object) => modelOf([object], { validate: 'warn' }).cluster.endpoints[0]!;

test('subsets are read with their defaults (D6)', () => {
  const subset = {
    addresses: [{ ip: '10.180.0.5', nodeName: 'node-a' }, { ip: '10.180.0.006' }],
    notReadyAddresses: [{ ip: 'FD00::7' }],
    ports: [{ port: 8080 }],
  };
  expect(read(endpoints(subset))).toMatchObject({
    namespace: 'shop',
    name: 'web',
    skipMirror: false,
    isLeaderElection: false,
    subsets: [
      {
        index: 0,
        addresses: [
          { index: 0, ip: '10.180.0.5', nodeName: 'node-a' },
          { index: 1, ip: '10.180.0.6', nodeName: undefined },
        ],
        notReadyAddresses: [{ index: 0, ip: 'fd00::7' }],
        ports: [{ name: '', protocol: 'TCP', port: 8080 }],
      },
    ],
  });
});

test('what keeps an object from being mirrored is read (E3)', () => {
  const metadata = {
    name: 'web',
    labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
    annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' },
  };
  expect(read({ ...endpoints(), metadata })).toMatchObject({
    skipMirror: true,
    isLeaderElection: true,
  });
});

test.for([
  [{ ports: [{ port: 80 }] }, 'NATC2002 subsets[0].addresses'],
  [{ addresses: [{}] }, 'NATC2002 subsets[0].addresses[0].ip'],
  [{ addresses: [{ ip: '0.0.0.0' }] }, 'NATC2012 subsets[0].addresses[0].ip'],
  [{ notReadyAddresses: [{ ip: 'fe80::1' }] }, 'NATC2012 subsets[0].notReadyAddresses[0].ip'],
  [{ addresses: [{ ip: 'web' }] }, 'NATC2010 subsets[0].addresses[0].ip'],
  [{ addresses: ['10.180.0.5'] }, 'NATC2001 subsets[0].addresses[0]'],
] as const)('%j is refused: %s (V22)', ([subset, finding]) => {
  expect(errors([endpoints(subset)])).toEqual([`error ${finding}`]);
});

test('an object without subsets is accepted, and told of as deprecated', () => {
  expect(findings([endpoints()])).toEqual(['warning NATC2121 apiVersion']);
  expect(findings([endpoints()], { validate: 'warn' })).toEqual([]);
});

test('several deprecated objects get one message', () => {
  const objects = ['a', 'b', 'c', 'd'].map((name) => ({ ...endpoints(), metadata: { name } }));
  expect(findings(objects)).toEqual(['warning NATC2121 apiVersion apiVersion apiVersion']);
});
