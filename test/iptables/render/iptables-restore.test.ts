import { describe, expect, test } from 'vitest';
import type { IptablesMatch, IptablesTarget } from '../../../src/iptables/ast.ts';
import { buildIptables } from '../../../src/iptables/layout/build.ts';
import { renderIptablesRestore } from '../../../src/iptables/render/iptables-restore.ts';
import { renderIptablesRule } from '../../../src/iptables/render/iptables-rule.ts';
import * as plans from '../../support/plan.ts';

const drop: IptablesTarget = { kind: 'drop' };
const comment = (text: string) => renderIptablesRule({ matches: [], target: drop, comment: text });

describe('hostile text', () => {
  test('in comments is quoted, cut to the limit of the match, and stays on its line', () => {
    expect(comment('a" -j ACCEPT \\\n-A b\u0000')).toBe(
      `-m comment --comment "a' -j ACCEPT '?-A b?" -j DROP`,
    );
    expect(comment('x'.repeat(300))).toBe(`-m comment --comment "${'x'.repeat(255)}" -j DROP`);
  });

  test.each<IptablesMatch | IptablesTarget>([
    { kind: 'address', selector: 'source', negated: false, network: '10.0.0.1 -j ACCEPT' },
    { kind: 'in-interface', negated: false, name: 'a b', isPrefix: false },
    { kind: 'in-interface', negated: false, name: 'cbr+', isPrefix: false },
    { kind: 'recent-set', list: 'A"' },
    { kind: 'jump', chain: 'PREROUTING' },
    { kind: 'goto', chain: `NATC-${'A'.repeat(24)}` },
    { kind: 'dnat', address: '10.0.0.1 -j', port: 1 },
  ])('that is no value is refused: %j', (part) => {
    const isTarget = ['jump', 'goto', 'dnat'].includes(part.kind);
    const rule = isTarget
      ? { matches: [], target: part as IptablesTarget }
      : { matches: [part as IptablesMatch], target: drop };
    expect(() => renderIptablesRule(rule)).toThrow();
  });
});

test('a rule of IPv6 brackets the endpoint', () => {
  const target: IptablesTarget = { kind: 'dnat', address: 'fd00::6', port: 8080 };
  expect(renderIptablesRule({ matches: [], target })).toBe(
    '-j DNAT --to-destination [fd00::6]:8080',
  );
});

describe('both families', () => {
  const v4 = plans.familyPlan({
    servicePorts: [
      plans.servicePort({
        frontends: [plans.clusterIP('10.96.0.10', plans.pickCluster)],
        clusterEndpoints: [plans.endpoint('10.1.0.6', 8080, { hairpin: false })],
      }),
    ],
  });
  const v6 = plans.familyPlan({
    family: 'IPv6',
    nodePortAddresses: {
      cidrs: [{ family: 'IPv6', address: '::', prefixLength: 0 }],
      loopback: false,
    },
  });
  const text = renderIptablesRestore([buildIptables(v4), buildIptables(v6)]);
  const lines = text.split('\n');

  test('share declarations and equal rules; a chain of one is deleted in the other', () => {
    const chain = 'NATC-SVC-67NZLRHBNDSAWJRO';
    expect(lines.filter((line) => line.includes(chain) && !line.includes('-g'))).toEqual([
      `:${chain} - [0:0]`,
      `-4 -A ${chain} -p tcp -j DNAT --to-destination 10.1.0.6:8080`,
      `-6 -X ${chain}`,
    ]);
    expect(lines.filter((line) => line.endsWith('MASQUERADE --random-fully'))).toEqual([
      '-A NATC-POSTROUTING -j MASQUERADE --random-fully',
    ]);
  });

  test('alone, a family has no prefixes', () => {
    expect(renderIptablesRestore([buildIptables(v4)])).not.toMatch(/^-[46]/m);
  });

  test('jumps come last, and only they name built-in chains', () => {
    const [rules = '', jumps = ''] = text.split('\n# Jumps');
    expect(rules).not.toMatch(/^(-[46] )?-[AI] (?!NATC-)/m);
    expect(jumps.match(/^-I .*$/gm)).toEqual([
      '-I PREROUTING -j NATC-PREROUTING',
      '-I OUTPUT -j NATC-OUTPUT',
      '-I INPUT -j NATC-INPUT',
      '-I FORWARD -j NATC-FORWARD',
      '-I OUTPUT -j NATC-OUTPUT',
      '-I PREROUTING -j NATC-SERVICES',
      '-I OUTPUT -j NATC-SERVICES',
      '-I POSTROUTING -j NATC-POSTROUTING',
    ]);
  });
});
