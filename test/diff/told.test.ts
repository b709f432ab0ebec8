/** What natc diff says of a change is no more than what is true, and names what somebody changed. */
import { describe, expect, test } from 'vitest';
import { plainPalette } from '../../src/diagnostics/palette.ts';
import type { TrafficDiff } from '../../src/diff/change.ts';
import { formatTrafficJson } from '../../src/diff/format-json.ts';
import { formatTrafficText } from '../../src/diff/format-text.ts';
import { diffTraffic } from '../../src/diff/traffic.ts';
import { locate } from '../../src/read/locate.ts';
import {
  compileSide,
  diffObjects,
  diffOptions,
  loadBalancer,
  service,
  slice,
} from '../support/diff-sides.ts';

const ends = ['10.244.1.5', '10.244.1.6'];
const vip = '198.51.100.10';
const web = (spec: object = {}) => [
  loadBalancer('web', '10.96.0.20', vip, { ...spec }),
  slice('web', ends),
];
const textOf = (diff: TrafficDiff): string =>
  formatTrafficText(diff, { palette: plainPalette, locate });

describe('clients that are named', () => {
  const ranges = (...loadBalancerSourceRanges: string[]) => web({ loadBalancerSourceRanges });

  test('are not those of a smaller network that are treated otherwise', () => {
    const diff = diffObjects(ranges('203.0.113.0/24'), ranges('203.0.113.0/28'));
    expect(diff.changes.map(({ clients }) => clients)).toEqual([
      ['clients in 203.0.113.0/24 (except 203.0.113.0/28)'],
    ]);
  });

  test('are outside, but for those that were admitted before', () => {
    const diff = diffObjects(ranges('203.0.113.0/24'), web());
    expect(diff.changes[0]?.clients).toEqual([
      'clients outside (except 203.0.113.0/24)',
      'pods (10.244.0.0/16)',
      'this node',
    ]);
  });

  test('with a single address are no endpoints', () => {
    const diff = diffObjects(ranges('203.0.113.0/24'), ranges('203.0.113.0/24', '192.0.2.1/32'));
    expect(diff.changes[0]?.clients).toEqual(['client 192.0.2.1']);
  });

  test('are not the pods of a network that still counts as one of pods', () => {
    const smaller = { ...diffOptions, clusterCIDRs: ['10.244.0.0/24'] };
    const diff = diffObjects(web(), web(), [diffOptions, smaller]);
    expect(diff.changes[0]?.clients).toEqual(['pods (10.244.0.0/16 except 10.244.0.0/24)']);
  });

  test('are not those of an interface that counted before', () => {
    const prefix = (podInterfaceNamePrefix: string) => ({
      ...diffOptions,
      ...{ detectLocalMode: 'InterfaceNamePrefix' as const, podInterfaceNamePrefix },
    });
    const diff = diffObjects(web(), web(), [prefix('cali'), prefix('cal')]);
    expect(diff.changes[0]?.clients).toEqual(['pods (cal* except cali*)']);
  });
});

describe('packets that arrive with the mark', () => {
  const marked = 'only packets that arrive with mark 0x4000 are treated differently';

  test('are one line, for all destinations and both families', () => {
    const diff = diffObjects(web(), web(), [diffOptions, { ...diffOptions, masqueradeBit: 15 }]);
    expect(diff.changes).toHaveLength(1);
    expect(textOf(diff)).toContain(`${marked}, for example: their SNAT ends`);
  });

  test('are one line on a host that had no rules', () => {
    const { ruleset } = compileSide([service('none', '10.96.0.9'), slice('none', [])], 'new.yaml');
    const { changes } = diffTraffic({ tables: [] }, ruleset, new Set(['192.168.0.11']));
    expect(changes.filter(({ type }) => type.startsWith('SNAT'))).toEqual([]);
    expect(changes.filter(({ type }) => type === 'MARKED_PACKETS_CHANGED')).toHaveLength(1);
  });
});

describe('destinations that are named', () => {
  test('are cluster IPs of another proxy where they are that', () => {
    const other = { 'service.kubernetes.io/service-proxy-name': 'x' };
    const labelled = {
      ...service('db', '10.96.0.30'),
      metadata: { name: 'db', namespace: 'shop', labels: other },
    };
    const options = { ...diffOptions, serviceCIDRs: ['10.96.0.0/16'] };
    const before = [...web(), service('db', '10.96.0.30'), slice('db', ['10.244.1.9'])];
    const after = [...web(), labelled, slice('db', ['10.244.1.9'])];
    const diff = diffObjects(before, after, [options, options]);
    expect(textOf(diff)).toContain('~ cluster IP 10.96.0.30, now served by another proxy');
    expect(textOf(diff)).toContain('Service shop/db\n');
    expect(textOf(diff)).toContain(
      'new.yaml:43 (metadata.labels["service.kubernetes.io/service-proxy-name"]: x is new)',
    );
  });

  test("are nobody's addresses where none of the node is known", () => {
    const unknown = { ...diffOptions, nodeIPs: [] };
    const node = [
      service('web', '10.96.0.20', {
        type: 'NodePort',
        ports: [{ name: 'http', port: 80, nodePort: 30080 }],
      }),
      slice('web', ends),
    ];
    const diff = diffObjects(node, node, [
      { ...unknown, nodePortAddresses: ['192.168.0.0/16'] },
      unknown,
    ]);
    expect(textOf(diff)).toContain('node port 30080/TCP on any other address of this node');
    expect(textOf(diff)).not.toMatch(/ on (8\.8\.8\.8|203\.0\.113)/);
  });

  test('have all protocols that change', () => {
    const { services } = JSON.parse(formatTrafficJson(diffObjects([], web()), locate));
    const region = services.at(-1).changes[0].destinations[0];
    expect(region).toMatchObject({ kind: 'region', protocols: ['tcp', 'udp', 'sctp', 'icmp'] });
  });
});

describe('the line that is blamed, and the cause,', () => {
  const lineIn = (diff: TrafficDiff, index = 0) => {
    const { origin, cause } = diff.changes[index] ?? {};
    if (origin === undefined) throw new Error('nothing is blamed');
    const { lineText = '' } = locate({ kind: 'field', ...origin }) ?? {};
    return [origin.object.source.name, lineText.trim(), cause];
  };

  test('are the policy, not the field beside it that changed too', () => {
    const local = { externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 };
    for (const index of [0, 1])
      expect(
        lineIn(diffObjects(web({ externalTrafficPolicy: 'Cluster' }), web(local)), index),
      ).toEqual([
        'new.yaml',
        'externalTrafficPolicy: Local',
        'spec.externalTrafficPolicy: Cluster -> Local',
      ]);
  });

  test('are the port whose number, name or protocol changed, not the endpoints', () => {
    const ports = (port: object) => [
      service('web', '10.96.0.20', { ports: [port] }),
      slice('web', ends),
    ];
    const http = ports({ name: 'http', port: 80 });
    expect(lineIn(diffObjects(http, ports({ name: 'http', port: 81 })))).toEqual([
      ...['new.yaml', 'port: 81', 'spec.ports[0].port: 80 -> 81'],
    ]);
    expect(lineIn(diffObjects(http, ports({ name: 'web', port: 80 })))[1]).toMatch(
      /port: 80|name: web/,
    );
    expect(lineIn(diffObjects(http, ports({ name: 'http', port: 80, protocol: 'UDP' })))[1]).toBe(
      'protocol: UDP',
    );
  });

  test('are the endpoint that is gone, on the old side', () => {
    expect(lineIn(diffObjects(web(), [web()[0] ?? {}, slice('web', ['10.244.1.5'])]))).toEqual([
      'old.yaml',
      '- 10.244.1.6',
      'EndpointSlice shop/web-1 endpoints: 10.244.1.6 is gone',
    ]);
  });

  test('are the Service where it is gone', () => {
    const diff = diffObjects(web(), []);
    expect(lineIn(diff)[0]).toBe('old.yaml');
    expect(lineIn(diff)[2]).toBe('Service shop/web is gone');
  });
});
