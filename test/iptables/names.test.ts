import { describe, expect, test } from 'vitest';
import { sha256Base32 } from '../../src/iptables/hash.ts';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { newChainNames } from '../../src/iptables/names.ts';
import { renderIptablesRestore } from '../../src/iptables/render/iptables-restore.ts';
import * as plans from '../support/plan.ts';

test('hashes are those that kube-proxy names its chains by (I1)', () => {
  expect(sha256Base32('ns1/svc1:p80tcp')).toBe('XPGD46QRK7WJZT7O');
  expect(sha256Base32('ns4/svc4:p80tcp')).toBe('4SW47YFZTEDKD3PK');
});

describe('names', () => {
  const web = plans.servicePort();
  const api = plans.servicePort({ service: 'api' });
  const [a, b] = [plans.endpoint('10.1.0.6'), plans.endpoint('10.1.0.7')];

  test('have at most 28 characters, and the same thing has the same name', () => {
    const names = newChainNames();
    expect(names.serviceChain('SVC', web)).toBe('NATC-SVC-67NZLRHBNDSAWJRO');
    expect(names.endpointChain(web, a)).toBe(names.endpointChain(web, a));
    expect(names.endpointChain(web, a)).toMatch(/^NATC-SEP-67NZLRHB-[A-Z2-7]{10}$/);
    expect(names.endpointChain(web, plans.endpoint('fd00::6'))).toHaveLength(28);
  });

  test('of different things differ, even where the hash is the same', () => {
    const names = newChainNames((text) => (text.includes('#') ? 'B' : 'A').repeat(16));
    const given = [
      names.serviceChain('SVC', web),
      names.serviceChain('SVC', api),
      names.serviceChain('SVL', web),
      names.endpointChain(web, a),
      names.endpointChain(web, b),
    ];
    expect(new Set(given).size).toBe(given.length);
    expect(names.serviceChain('SVC', api)).toBe(given[1]);
    expect(names.endpointChain(web, b)).toBe(given[4]);
  });

  test('that collide still lead each connection to its own Service', () => {
    const servicePorts = ['web', 'api', 'db'].map((service, index) =>
      plans.servicePort({
        service,
        frontends: [plans.clusterIP(`10.96.0.${index + 1}`, plans.pickCluster)],
        clusterEndpoints: [plans.endpoint(`10.1.0.${index + 1}`)],
      }),
    );
    const weak = (text: string) => (text.split('#')[1] ?? '0').padEnd(16, 'X');
    const text = renderIptablesRestore([buildIptables(plans.familyPlan({ servicePorts }), weak)]);
    for (const index of [1, 2, 3]) {
      const [, service] =
        new RegExp(`^-A NATC-SERVICES -d 10.96.0.${index} .*-g (\\S+)$`, 'm').exec(text) ?? [];
      const [, endpoint] = new RegExp(`^-A ${service} -j (NATC-SEP\\S+)$`, 'm').exec(text) ?? [];
      const targets = text.match(new RegExp(`^-A ${endpoint} .*DNAT.*$`, 'gm'));
      expect(targets).toEqual([expect.stringMatching(`10.1.0.${index}:8080$`)]);
    }
  });
});
