/** Addresses of the node that nobody listed, such as a bridge's: what differs for them alone is found, and said. */
import { describe, expect, test } from 'vitest';
import { collectRisks } from '../../src/diff/risks/collect.ts';
import { sentenceOf, subjectOf } from '../../src/diff/wording.ts';
import { diffObjects, loadBalancer, service, slice } from '../support/diff-sides.ts';

const said = (before: readonly object[], after: readonly object[]): readonly string[] =>
  diffObjects(before, after).changes.map(
    (change) => `${change.service} ${subjectOf(change)}: ${sentenceOf(change)}`,
  );

/** Under policy Local without an endpoint here, only the node itself is served, if its address is let in. */
const web = (...ranges: string[]) => [
  loadBalancer('web', '10.96.0.10', '198.51.100.10', {
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 31000,
    loadBalancerSourceRanges: ranges,
  }),
  slice('web', ['10.244.1.1']),
];

test('as a source', () => {
  expect(said(web('203.0.113.0/24'), web('203.0.113.0/24', '10.9.0.0/24'))).toEqual([
    expect.stringMatching(
      /^shop\/web load-balancer IP 198\.51\.100\.10:80\/TCP: .* this node, at an unlisted address in 10\.9\.0\.0\/24/,
    ),
  ]);
});

test('and not where no address could be one that differs', () => {
  expect(said(web('203.0.113.0/24'), web('203.0.113.0/24'))).toEqual([]);
});

test('behind DNAT', () => {
  const nodePort = (endpoints: readonly string[]) => [
    service('api', '10.96.0.20', {
      type: 'NodePort',
      ports: [{ name: 'http', port: 80, nodePort: 30080 }],
    }),
    slice('api', endpoints),
  ];
  const bridge = [
    service('bridge', '10.96.0.30'),
    slice('bridge', ['10.244.0.1'], { ports: [{ name: 'http', port: 30080 }] }),
  ];
  const changes = said(
    [...nodePort(['10.244.1.1']), ...bridge],
    [...nodePort([]), ...bridge],
  ).filter((text) => text.startsWith('shop/bridge'));
  expect(changes).toEqual([
    expect.stringContaining(
      'cluster IP 10.96.0.30:80/TCP, where an endpoint is an unlisted address of this node: connections are refused',
    ),
  ]);
});

describe('a risk that is there only if the node has such an address is one step less severe', () => {
  const severities = (before: readonly object[], after: readonly object[], service: string) =>
    collectRisks(diffObjects(before, after))
      .filter((risk) => risk.service === service)
      .map(({ code, severity }) => `${code} ${severity}`);

  test('as a source', () => {
    const wide = web('203.0.113.0/24', '10.9.0.0/24');
    expect(severities(wide, web('203.0.113.0/24'), 'shop/web')).toEqual(['NATC6004 low']);
    const listed = web('203.0.113.0/24', '192.168.0.0/24');
    expect(severities(listed, web('203.0.113.0/24'), 'shop/web')).toContain('NATC6003 high');
  });

  test('behind DNAT', () => {
    const nodePort = (endpoints: readonly string[]) => [
      service('api', '10.96.0.20', {
        type: 'NodePort',
        ports: [{ name: 'http', port: 80, nodePort: 30080 }],
      }),
      slice('api', endpoints),
      service('bridge', '10.96.0.30'),
      slice('bridge', ['10.244.0.1'], { ports: [{ name: 'http', port: 30080 }] }),
    ];
    const [before, after] = [nodePort(['10.244.1.1']), nodePort([])];
    expect(severities(before, after, 'shop/bridge')).toEqual(['NATC6003 medium']);
    expect(severities(before, after, 'shop/api')).toContain('NATC6003 high');
  });
});
