import { describe, expect, test } from 'vitest';
import { parseNft } from '../../../src/nftables/parse/parse-nft.ts';

const place = (text: string): unknown => {
  const { ruleset, diagnostics } = parseNft({ name: 'golden.nft', text });
  expect(ruleset).toBeUndefined();
  expect(diagnostics.map(({ code }) => code)).toEqual(['NATC4101']);
  const where = diagnostics[0]?.places[0];
  if (where?.kind !== 'span') throw new Error('no place');
  return [diagnostics[0]?.message, text.slice(where.start, where.end)];
};

const rule = (text: string): string => `table ip natc {\n\tchain c {\n\t\t${text}\n\t}\n}\n`;

describe('what natc does not write is an error at its place', () => {
  test.each([
    ['tcp sport 80 drop', 'expected "dport", not "sport"', 'sport'],
    ['limit rate 5/second drop', 'expected a statement that natc knows, not "limit"', 'limit'],
    ['ct state established accept', 'expected "new", not "established"', 'established'],
    ['ip6 daddr ::1 drop', 'expected "ip", not "ip6"', 'ip6'],
    ['ip daddr fe80::1 drop', 'expected an IPv4 address or network, not "fe80::1"', 'fe80::1'],
    ['ip daddr { 10.0.0.1 } drop', 'expected an IPv4 address or network, not "{"', '{'],
    [
      'meta mark & 0x3 != 0 drop',
      'expected a test that all bits of the mask are set, not "drop"',
      'drop',
    ],
    ['masquerade', 'expected "fully-random", not the end of the line', '\n'],
    ['reject with tcp reset', 'expected icmp or icmpv6 or icmpx, not "tcp"', 'tcp'],
    ['dnat to 10.0.0.1:80', 'expected a field of the packet, not "10.0.0.1:80"', '10.0.0.1:80'],
    ['"', 'unexpected "\\""', '"'],
  ])('%s', (text, message, where) => {
    expect(place(rule(text))).toEqual([message, where]);
  });

  test('a chain with another policy than accept', () => {
    const text = rule('type filter hook input priority 0; policy drop;');
    expect(place(text)).toEqual(['expected "accept", not "drop"', 'drop']);
  });

  test('a text that ends too early', () => {
    const text = 'table ip natc {\n\tchain c {\n\t\tdrop\n';
    expect(place(text)).toEqual(['expected a statement that natc knows, not the end', '']);
  });

  test('a set declared by type instead of typeof', () => {
    const text = 'table ip natc {\n\tset s {\n\t\ttype ipv4_addr\n\t}\n}\n';
    expect(place(text)).toEqual(['expected "typeof", not "type"', 'type']);
  });

  test('anything outside a table', () => {
    expect(place('flush ruleset\n')).toEqual([
      'expected table or add or delete, not "flush"',
      'flush',
    ]);
  });
});
