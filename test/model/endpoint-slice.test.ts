import { describe, expect, test } from 'vitest';
import { errors, findings, modelOf, slice } from '../support/findings.ts';

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
      { ports: Array.from({ length: 20_001 }, (_, i) => ({ name: `p${i}`, port: 80 })) },
      'NATC2006 ports',
    ],
    [{ ports: [{ port: 80, protocol: 'udp' }] }, 'NATC2004 ports[0].protocol'],
    [{ ports: [{ port: 70000 }] }, 'NATC2115 ports[0].port'],
    [{ ports: [{ port: 80, protocol: '' }] }, 'NATC2004 ports[0].protocol'],
    [{ addressType: '' }, 'NATC2004 addressType'],
    [{ endpoints: [{ addresses, nodeName: 'Node_A' }] }, 'NATC2005 endpoints[0].nodeName'],
    [{ endpoints: [{ addresses, zzz: 'a' }] }, 'NATC2008 key:endpoints[0].zzz'],
    [
      { endpoints: [{ addresses, targetRef: { name: 5 } }] },
      'NATC2001 endpoints[0].targetRef.name',
    ],
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
      { endpoints: [{ addresses, hints: { forNodes: [{}] } }] },
      'NATC2005 endpoints[0].hints.forNodes[0].name',
    ],
    [
      { endpoints: [{ addresses, hints: { forZones: [{ name: 'a' }, { name: 'a' }] } }] },
      'NATC2119 endpoints[0].hints.forZones[1].name endpoints[0].hints.forZones[0].name',
    ],
    [
      { endpoints: [{ addresses, hints: { forZones: [{ name: 'a b' }] } }] },
      'NATC2005 endpoints[0].hints.forZones[0].name',
    ],
  ] as const)('%#: %s (V19-V21)', ([rest, finding]) => {
    expect(findings([slice(rest)])).toEqual([`error ${finding}`]);
  });

  test('hints of any zone name, the empty one included, are taken in every slice (V21)', () => {
    const hints = { forZones: [{ name: '' }, { name: 'a' }] };
    const names = slice({
      addressType: 'FQDN',
      endpoints: [{ addresses: ['a.example.com'], hints }],
    });
    expect(errors([names])).toEqual([]);
    expect(read({ endpoints: [{ addresses, hints }] }).endpoints[0]?.forZones).toEqual(['', 'a']);
  });
});

test('an endpoint is left out with its first address, the only one that is used (E5)', () => {
  const endpoints = [
    { addresses: ['127.0.0.1', '10.180.0.1'] },
    { addresses: ['10.180.0.2', '127.0.0.1'] },
    { addresses: [] },
    { addresses: ['10.180.0.3'] },
    { addresses: [7, '10.180.0.4'] },
  ];
  expect(read({ endpoints }).endpoints).toMatchObject([
    { index: 1, addresses: ['10.180.0.2'] },
    { index: 3, addresses: ['10.180.0.3'] },
  ]);
  expect(read({ endpoints }).endpoints).toHaveLength(2);
});

test('an IPv4 address in IPv6 spelling is refused, and read as IPv4', () => {
  const endpoints = [{ addresses: ['::ffff:10.180.0.5'] }];
  expect(read({ endpoints }).endpoints[0]?.addresses).toEqual(['10.180.0.5']);
  expect(findings([slice({ endpoints })])).toEqual(['error NATC2011 endpoints[0].addresses[0]']);
  expect(findings([slice({ endpoints, addressType: 'IPv6' })])).toContain(
    'error NATC2050 endpoints[0].addresses[0]',
  );
});

test('an IPv6 address is refused unless it is in canonical form', () => {
  const written = (address: string) =>
    findings([slice({ addressType: 'IPv6', endpoints: [{ addresses: [address] }] })]);
  expect(written('fd00::5')).toEqual([]);
  expect(written('FD00::5')).toEqual(['error NATC2011 endpoints[0].addresses[0]']);
  expect(written('fd00:0::5')).toEqual(['error NATC2011 endpoints[0].addresses[0]']);
});

test('a multicast address beyond the link-local ones is taken, and told of', () => {
  const endpoints = [{ addresses: ['239.1.1.1'] }];
  expect(findings([slice({ endpoints })])).toEqual(['warning NATC2110 endpoints[0].addresses[0]']);
  expect(read({ endpoints }).endpoints[0]?.addresses).toEqual(['239.1.1.1']);
});

describe('topology', () => {
  const topology = { 'kubernetes.io/hostname': 'node-a', 'topology.kubernetes.io/zone': 'zone-a' };
  const endpoints = [{ addresses: ['10.180.0.5'], topology }];

  test('names the node in a slice of v1beta1', () => {
    const old = { apiVersion: 'discovery.k8s.io/v1beta1', endpoints };
    expect(read(old).endpoints[0]?.nodeName).toBe('node-a');
    expect(findings([slice(old)])).toEqual(['warning NATC2116 apiVersion']);
    const named = [{ ...endpoints[0], nodeName: 'node-b' }];
    expect(read({ ...old, endpoints: named }).endpoints[0]?.nodeName).toBe('node-b');
  });

  test('names it in a slice of v1 too, with a warning', () => {
    expect(read({ endpoints }).endpoints[0]?.nodeName).toBe('node-a');
    expect(findings([slice({ endpoints })])).toEqual([
      'warning NATC2116 key:endpoints[0].topology',
    ]);
  });
});
