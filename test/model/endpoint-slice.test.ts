import { describe, expect, test } from 'vitest';
import { findings, modelOf, slice } from '../support/findings.ts';

const read = (rest: object) =>
  modelOf([slice(rest)], { validate: 'warn' }).cluster.endpointSlices[0]!;

test('defaults are filled in, conditions are left open (D4, D5)', () => {
  const { object, ...rest } = read({ ports: [{ port: 8080 }, { name: 'any' }] });
  expect(object.kind).toBe('EndpointSlice');
  expect(rest).toEqual({
    namespace: 'shop',
    name: 'web-1',
    headless: false,
    serviceName: 'web',
    addressType: 'IPv4',
    ports: [
      { name: '', protocol: 'TCP', port: 8080 },
      { name: 'any', protocol: 'TCP', port: 0 },
    ],
    endpoints: [
      {
        index: 0,
        addresses: ['10.180.0.5'],
        nodeName: undefined,
        ready: undefined,
        serving: undefined,
        terminating: undefined,
        forZones: [],
        forNodes: [],
      },
    ],
  });
});

test('conditions, node and hints are read as given', () => {
  const endpoint = {
    addresses: ['010.180.0.05'],
    nodeName: 'node-a',
    conditions: { ready: false, serving: true, terminating: null },
    hints: { forZones: [{ name: 'a' }, { name: 'b' }], forNodes: [{ name: 'node-a' }] },
  };
  expect(read({ endpoints: [endpoint] }).endpoints[0]).toMatchObject({
    addresses: ['10.180.0.5'],
    nodeName: 'node-a',
    ready: false,
    serving: true,
    terminating: undefined,
    forZones: ['a', 'b'],
    forNodes: ['node-a'],
  });
});

describe('what is refused', () => {
  const addresses = ['10.180.0.5'];
  test.for([
    [{ addressType: undefined }, 'NATC2002 addressType'],
    [{ addressType: 'ipv4' }, 'NATC2004 addressType'],
    [{ endpoints: [{ addresses: [] }] }, 'NATC2002 endpoints[0].addresses'],
    [{ endpoints: [{ addresses: ['fd00::5'] }] }, 'NATC2050 endpoints[0].addresses[0]'],
    [{ endpoints: [{ addresses: ['10.180.0'] }] }, 'NATC2010 endpoints[0].addresses[0]'],
    [{ endpoints: [{ addresses: ['127.0.0.1'] }] }, 'NATC2012 endpoints[0].addresses[0]'],
    [
      { endpoints: [{ addresses: Array(101).fill('10.180.0.5') }] },
      'NATC2006 endpoints[0].addresses',
    ],
    [{ endpoints: Array(1001).fill({ addresses }) }, 'NATC2006 endpoints'],
    [
      { ports: Array.from({ length: 101 }, (_, i) => ({ name: `p${i}`, port: 80 })) },
      'NATC2006 ports',
    ],
    [{ ports: [{ port: 80, protocol: 'udp' }] }, 'NATC2004 ports[0].protocol'],
    [{ ports: [{ port: 70000 }] }, 'NATC2003 ports[0].port'],
    [{ ports: [{ name: 'HTTP', port: 80 }] }, 'NATC2005 ports[0].name'],
    [
      { endpoints: [{ addresses, conditions: { ready: 'true' } }] },
      'NATC2001 endpoints[0].conditions.ready',
    ],
    [
      { endpoints: [{ addresses, hints: { forZones: Array(9).fill({ name: 'a' }) } }] },
      'NATC2006 endpoints[0].hints.forZones',
    ],
    [
      { endpoints: [{ addresses, hints: { forZones: [{}] } }] },
      'NATC2002 endpoints[0].hints.forZones[0].name',
    ],
    [
      { endpoints: [{ addresses, hints: { forZones: [{ name: 'a b' }] } }] },
      'NATC2005 endpoints[0].hints.forZones[0].name',
    ],
  ] as const)('%#: %s (V19-V21)', ([rest, finding]) => {
    expect(findings([slice(rest)])).toEqual([`error ${finding}`]);
  });

  test('hints have no place in a slice of names (V21)', () => {
    const endpoints = [{ addresses: ['a.example.com'], hints: { forZones: [{ name: 'a' }] } }];
    expect(findings([slice({ addressType: 'FQDN', endpoints })])).toContain(
      'error NATC2051 key:endpoints[0].hints',
    );
  });
});

test('an endpoint is left out with its first address, the only one that is used (E5)', () => {
  const endpoints = [
    { addresses: ['127.0.0.1', '10.180.0.1'] },
    { addresses: ['10.180.0.2', '127.0.0.1'] },
    { addresses: [] },
    { addresses: ['10.180.0.3'] },
  ];
  expect(read({ endpoints }).endpoints).toMatchObject([
    { index: 1, addresses: ['10.180.0.2'] },
    { index: 3, addresses: ['10.180.0.3'] },
  ]);
});

test('an IPv4 address in IPv6 spelling is IPv4, with a warning', () => {
  const endpoints = [{ addresses: ['::ffff:10.180.0.5'] }];
  expect(read({ endpoints }).endpoints[0]?.addresses).toEqual(['10.180.0.5']);
  expect(findings([slice({ endpoints })])).toEqual(['warning NATC2011 endpoints[0].addresses[0]']);
  expect(findings([slice({ endpoints, addressType: 'IPv6' })])).toContain(
    'error NATC2050 endpoints[0].addresses[0]',
  );
});
