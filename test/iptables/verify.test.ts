import { expect, test } from 'vitest';
import type { IptablesChain, IptablesRuleset } from '../../src/iptables/ast.ts';
import { drop, goto, jump, rule, to } from '../../src/iptables/layout/rules.ts';
import { verifyIptables } from '../../src/iptables/verify.ts';

const ruleset = (...chains: readonly IptablesChain[]): IptablesRuleset => ({
  family: 'IPv4',
  tables: [{ name: 'nat', jumps: [{ from: 'OUTPUT', to: 'NATC-A' }], chains }],
});
const chain = (name: string, ...rules: IptablesChain['rules']): IptablesChain => ({ name, rules });

test('a whole ruleset has no defect', () => {
  const a = chain('NATC-A', rule([], goto('NATC-B')), rule([], drop));
  expect(verifyIptables(ruleset(a, chain('NATC-B', rule([], drop))))).toEqual([]);
});

test('jumps into nothing, from chains of natc and built-in ones', () => {
  const a = chain('NATC-A', rule([], jump('NATC-B')), rule([], goto('NATC-C')));
  expect(verifyIptables(ruleset(a))).toEqual([
    'IPv4 table nat: chain NATC-A leads to no chain (NATC-B)',
    'IPv4 table nat: chain NATC-A leads to no chain (NATC-C)',
  ]);
  expect(verifyIptables(ruleset())).toEqual([
    'IPv4 table nat: chain OUTPUT leads to no chain (NATC-A)',
  ]);
});

test('names that the kernel cuts off, or that stand twice', () => {
  const long = `NATC-${'A'.repeat(24)}`;
  expect(verifyIptables(ruleset(chain('NATC-A'), chain('NATC-A'), chain(long)))).toEqual([
    'IPv4 table nat: chain NATC-A is defined twice',
    `IPv4 table nat: chain ${long} has more than 28 characters`,
  ]);
});

test('a rule that stands twice in a chain, whatever its comment', () => {
  const once = rule([to('10.96.0.10')], drop, { comment: 'a' });
  const twice = rule([to('10.96.0.10')], drop, { comment: 'b' });
  expect(verifyIptables(ruleset(chain('NATC-A', once, twice)))).toEqual([
    expect.stringContaining('chain NATC-A has a rule twice'),
  ]);
});
