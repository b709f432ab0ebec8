import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import type { CompileOptions } from '../../src/options.ts';
import { at, ingress, node, planned, ready, service, slice } from '../support/cluster.ts';

type Objects = readonly ReturnType<typeof service>[];

/** The diagnostics of one code. */
const said = (
  code: string,
  objects: Objects,
  options: Partial<CompileOptions> = {},
): readonly Diagnostic[] =>
  planned(objects, options).diagnostics.filter((diagnostic) => diagnostic.code === code);

const codes = (objects: Objects, options: Partial<CompileOptions> = {}): readonly string[] =>
  planned(objects, options).diagnostics.map(({ code }) => code);

test('nothing is said of a Service with ready endpoints', () => {
  expect(codes([service(), slice(ready('10.0.0.1'))])).toEqual([]);
});

test('S3 Services of another proxy are told in one note, the first three by name', () => {
  const labels = { 'service.kubernetes.io/service-proxy-name': 'cilium' };
  const objects = ['e', 'd', 'c', 'b', 'a'].map((name) =>
    service({ clusterIP: undefined }, { name, labels }),
  );
  const [note, ...others] = said('NATC3006', objects);
  expect(others).toEqual([]);
  expect(note).toMatchObject({
    severity: 'note',
    message: '5 Services (default/a, default/b, default/c and 2 more) are left to another proxy',
  });
  expect(note?.places).toHaveLength(3);
});

test('S5 Services without reason of the model stage are told', () => {
  expect(codes([service({ clusterIP: 'fd00::1' })], { families: ['IPv4'] })).toEqual(['NATC3008']);
});

test('S1 S2 what the model stage says is not said again', () => {
  const headless = service({ clusterIP: 'None' });
  const external = service({ type: 'ExternalName', clusterIP: undefined }, { name: 'x' });
  const unallocated = service({ clusterIP: undefined }, { name: 'y' });
  expect(codes([headless, external, unallocated])).toEqual([]);
});

test('E12 slices of Services that are not there are told in one note', () => {
  const objects = ['a', 'b'].map((name) => slice(ready('10.0.0.1'), { name, of: 'gone' }));
  expect(said('NATC3009', objects)).toMatchObject([
    { message: expect.stringMatching(/^2 EndpointSlices \(default\/a, default\/b\) /) },
  ]);
});

test.each([
  ['a similar name', { of: 'webb', name: 'x' }, 'did you mean web where it says webb?'],
  [
    'the name of a slice of it',
    { of: 'shop', name: 'web-a1b2c' },
    'its own name, web-a1b2c, is like',
  ],
  ['its name', { of: 'shop', name: 'web' }, 'its own name, web, is like'],
  ['another namespace', { of: 'web', namespace: 'other' }, 'is default meant?'],
])('E12 a slice of no Service that one without endpoints may be meant for: %s', (_, more, hint) => {
  const stray = slice(ready('10.0.0.1'), more);
  expect(said('NATC3041', [service(), stray])).toMatchObject([
    {
      severity: 'warning',
      message: expect.stringMatching(/, and Service default\/web has no endpoints$/),
      places: [{ path: ['metadata', 'labels', 'kubernetes.io/service-name'] }, {}],
      hint: expect.stringContaining(hint),
    },
  ]);
  // Who has a slice does not starve, even where that lists nobody.
  expect(codes([service(), stray, slice([], { name: 'own' })])).not.toContain('NATC3041');
});

test('E12 beside a Service without endpoints, other slices of no Service are told in one warning', () => {
  const strays = ['a', 'b'].map((name) => slice(ready('10.0.0.1'), { name, of: 'something-else' }));
  const elsewhere = slice(ready('10.0.0.1'), { namespace: 'other', of: 'something-else' });
  expect(said('NATC3041', [service(), ...strays, elsewhere])).toMatchObject([
    { severity: 'warning', message: expect.stringMatching(/^2 EndpointSlices \(default\/a, /) },
  ]);
  expect(said('NATC3009', [service(), ...strays, elsewhere])).toHaveLength(1);
});

test('S4 a slice hidden from a served Service is told, one of an unserved Service is not', () => {
  const labels = { 'service.kubernetes.io/headless': '' };
  const hidden = slice(ready('10.0.0.1'), { labels });
  const other = slice(ready('10.0.0.2'), { name: 'other' });
  expect(codes([service(), hidden, other])).toEqual(['NATC3010']);
  expect(said('NATC3042', [service(), hidden])).toMatchObject([{ severity: 'warning' }]);
  expect(codes([service({ clusterIP: 'None' }), hidden])).toEqual([]);
});

test('P1 a Service port without usable endpoints is told in a note', () => {
  expect(said('NATC3011', [service(), slice([])])).toMatchObject([
    { severity: 'note', message: expect.stringContaining('Service port default/web:http ') },
  ]);
  const unready = slice([at('10.0.0.1', { conditions: { ready: false } })]);
  expect(codes([service(), unready])).toEqual(['NATC3011']);
});

test('F2 a port that no endpoint has is told with the ports that they have', () => {
  const ports = [{ name: 'https', port: 8443, protocol: 'TCP' }];
  const objects = [service(), slice(ready('10.0.0.1'), { ports })];
  expect(codes(objects)).toEqual(['NATC3012']);
  expect(said('NATC3012', objects)).toMatchObject([
    {
      severity: 'warning',
      message:
        'the endpoints of Service default/web have no TCP port "http": connections to it are refused',
      places: [{ path: ['spec', 'ports', 0] }, { path: ['ports'] }],
      hint: expect.stringContaining('"https" (TCP)'),
    },
  ]);
});

test('F2 a port that the slices of both families lack is told once', () => {
  const ports = [{ name: 'https', port: 8443, protocol: 'TCP' }];
  const objects = [
    service({ clusterIPs: ['172.30.0.41', 'fd00::1'], ipFamilies: ['IPv4', 'IPv6'] }),
    slice(ready('10.0.0.1'), { ports }),
    slice(ready('fd00::9'), { ports, name: 'six', addressType: 'IPv6' }),
  ];
  expect(codes(objects)).toEqual(['NATC3012']);
});

test('F12 a trafficDistribution without hints in the slices is told', () => {
  const wish = service({ trafficDistribution: 'PreferClose' });
  expect(codes([wish, slice(ready('10.0.0.1'))])).toEqual(['NATC3013']);
  const hinted = at('10.0.0.1', { hints: { forZones: [{ name: 'a' }] } });
  expect(codes([wish, slice([hinted])])).toEqual([]);
  expect(codes([service(), slice(ready('10.0.0.1'))])).toEqual([]);
});

test('a node name that no Node object has is told, if there are any', () => {
  expect(said('NATC3014', [node('n1'), node('n2')], { nodeName: 'n3' })).toMatchObject([
    { severity: 'warning', hint: expect.stringContaining('n1, n2') },
  ]);
  expect(codes([node('n1')], { nodeName: 'n1' })).toEqual([]);
  expect(codes([], { nodeName: 'n3' })).toEqual([]);
});

test('E8 a policy Local without node name is told', () => {
  const spec = { type: 'NodePort', externalTrafficPolicy: 'Local' };
  const objects = [service(spec), slice(ready('10.0.0.1'))];
  expect(said('NATC3015', objects)).toMatchObject([
    { severity: 'warning', places: [{ path: ['spec', 'externalTrafficPolicy'] }] },
  ]);
  expect(codes(objects, { nodeName: 'n1' })).toEqual([]);
  const internal = [service({ internalTrafficPolicy: 'Local' }), slice(ready('10.0.0.1'))];
  expect(said('NATC3015', internal)).toMatchObject([
    { places: [{ path: ['spec', 'internalTrafficPolicy'] }] },
  ]);
});

test('R4 source ranges that fail open are told', () => {
  const spec = { type: 'LoadBalancer', loadBalancerSourceRanges: ['2001:db8::/32'] };
  const objects = [service(spec, { status: ingress('203.0.113.9') }), slice(ready('10.0.0.1'))];
  expect(said('NATC3021', objects)).toMatchObject([
    { severity: 'warning', message: expect.stringContaining('every IPv4 source') },
  ]);
});

test('E13 an endpoint that is a cluster IP is told', () => {
  const objects = [
    service(),
    service({ clusterIP: '172.30.0.42' }, { name: 'b' }),
    slice(ready('172.30.0.42')),
    slice(ready('10.0.0.1'), { name: 'b-1', of: 'b' }),
  ];
  expect(said('NATC3022', objects)).toMatchObject([
    {
      severity: 'warning',
      message: 'endpoint 172.30.0.42 is a cluster IP and cannot be reached',
      places: [{ path: ['endpoints', 0, 'addresses', 0] }],
    },
  ]);
});
