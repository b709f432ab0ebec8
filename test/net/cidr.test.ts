import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressFromBigInt } from '../../src/net/address.ts';
import {
  type Cidr,
  cidrContains,
  cidrRange,
  formatCidr,
  networkOf,
  normaliseCidrs,
  parseCidr,
} from '../../src/net/cidr.ts';

describe('parseCidr', () => {
  test.for([
    ['10.1.0.0/16', '10.1.0.0/16'],
    // R2: host bits are cut off.
    ['10.1.2.3/16', '10.1.0.0/16'],
    ['203.0.113.000/025', '203.0.113.0/25'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::/0', '::/0'],
    ['2001:DB8::1/64', '2001:db8::/64'],
    ['2001:db8::1/128', '2001:db8::1/128'],
  ] as const)('reads %s', ([text, canonical]) => {
    expect(formatCidr(parseCidr(text)!)).toBe(canonical);
  });

  test.for([
    '',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/8 ',
    '::/129',
    '/8',
    'default',
  ])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});

test('cidrContains tells families and edges apart', () => {
  const network = parseCidr('10.1.0.0/16')!;
  expect(cidrContains(network, { family: 'IPv4', text: '10.1.0.0' })).toBe(true);
  expect(cidrContains(network, { family: 'IPv4', text: '10.1.255.255' })).toBe(true);
  expect(cidrContains(network, { family: 'IPv4', text: '10.2.0.0' })).toBe(false);
  expect(cidrContains(network, { family: 'IPv4', text: '10.0.255.255' })).toBe(false);
  expect(cidrContains(parseCidr('0.0.0.0/0')!, { family: 'IPv6', text: '::1' })).toBe(false);
});

/** Networks of a tiny address space, so that they overlap and touch often. */
const smallCidr: fc.Arbitrary<Cidr> = fc
  .tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 26, max: 32 }))
  .map(([host, length]) => networkOf({ family: 'IPv4', text: `10.0.0.${host}` }, length));

describe('normaliseCidrs', () => {
  const addresses = Array.from({ length: 64 }, (_, host) =>
    addressFromBigInt('IPv4', 0x0a000000n + BigInt(host)),
  );

  test('covers the same addresses, disjoint, sorted and in as few networks as can be', () => {
    fc.assert(
      fc.property(fc.array(smallCidr, { maxLength: 20 }), (cidrs) => {
        const normal = normaliseCidrs(cidrs);
        for (const address of addresses) {
          const covers = (cidr: Cidr): boolean => cidrContains(cidr, address);
          expect(normal.filter(covers)).toHaveLength(cidrs.some(covers) ? 1 : 0);
        }
        const ranges = normal.map(cidrRange);
        ranges.slice(1).forEach((range, index) => {
          expect(range.first > ranges[index]!.last).toBe(true);
          expect(normaliseCidrs(normal.slice(index, index + 2))).toHaveLength(2);
        });
      }),
    );
  });

  test('merges siblings up to the whole address space', () => {
    const halves = ['128.0.0.0/1', '0.0.0.0/2', '64.0.0.0/2'].map((text) => parseCidr(text)!);
    expect(normaliseCidrs(halves).map(formatCidr)).toEqual(['0.0.0.0/0']);
  });
});
