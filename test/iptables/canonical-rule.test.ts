import { describe, expect, test } from 'vitest';
import { canonicalRule, isSameRules } from '../../src/iptables/canonical-rule.ts';

/** As natc gives it to iptables-restore, and as iptables-save prints it. */
const spellings = [
  ['-d 10.96.0.10 -p tcp -j ACCEPT', '-d 10.96.0.10/32 -p tcp -j ACCEPT'],
  ['-s fd00::1 -j RETURN', '-s fd00::1/128 -j RETURN'],
  ['-s 0.0.0.0/0 -j RETURN', '-j RETURN'],
  ['! -i "lo" -d 127.0.0.0/8 -j DROP', '-d 127.0.0.0/8 ! -i lo -j DROP'],
  ['-j MARK --or-mark 0x4000', '-j MARK --set-xmark 0x4000/0x4000'],
  ['-j MARK --xor-mark 0x4000', '-j MARK --set-xmark 0x4000/0x0'],
  ['-j REJECT', '-j REJECT --reject-with icmp6-port-unreachable'],
  [
    '-m statistic --mode random --probability 0.3333333333 -j NATC-SVC-A',
    '-m statistic --mode random --probability 0.33333333349 -j NATC-SVC-A',
  ],
  [
    '-m recent --name NATC-SEP-A --rcheck --seconds 60 --reap --rsource -j NATC-SEP-A',
    '-m recent --rcheck --seconds 60 --reap --name NATC-SEP-A --mask 255.255.255.255 --rsource -j NATC-SEP-A',
  ],
  [`-m comment --comment "a/b it's" -j DROP`, `-m comment --comment "a/b it\\'s" -j DROP`],
  ['-m comment --comment "word" -j DROP', '-m comment --comment word -j DROP'],
] as const;

test.each(spellings)('%s is %s', (given, saved) => {
  expect(canonicalRule(saved)).toBe(canonicalRule(given));
  expect(isSameRules([given], [saved])).toBe(true);
});

/** What somebody else may have made of a rule. */
const others = [
  ['-d 10.96.0.10 -j ACCEPT', '! -d 10.96.0.10/32 -j ACCEPT'],
  ['-d 10.96.0.10 -j ACCEPT', '-s 10.96.0.10/32 -j ACCEPT'],
  ['-d 10.96.0.0/31 -j ACCEPT', '-d 10.96.0.0/32 -j ACCEPT'],
  ['-s fd00::/32 -j ACCEPT', '-s fd00:: -j ACCEPT'],
  ['-j NATC-SVC-A', '-g NATC-SVC-A'],
  ['-j MARK --or-mark 0x4000', '-j MARK --set-xmark 0x4000/0xffffffff'],
  ['-j REJECT', '-j REJECT --reject-with icmp-host-prohibited'],
  ['-m comment --comment "a b" -j DROP', '-m comment --comment "a" -j DROP'],
  ['-m comment --comment "a" -j DROP', '-m comment --comment "a -j ACCEPT"'],
  [
    '-m statistic --mode random --probability 0.3333333333 -j A',
    '-m statistic --mode random --probability 0.3333334 -j A',
  ],
  ['-p tcp -j DROP', '-p tcp -m socket -j DROP'],
] as const;

describe('what does something else is something else', () => {
  test.each(others)('%s is not %s', (a, b) => {
    expect(canonicalRule(a)).not.toBe(canonicalRule(b));
    expect(isSameRules([a], [b])).toBe(false);
  });

  test('and so are the same rules in another order', () => {
    expect(isSameRules(['-j A', '-j B'], ['-j B', '-j A'])).toBe(false);
    expect(isSameRules(['-j A'], ['-j A', '-j A'])).toBe(false);
  });
});
