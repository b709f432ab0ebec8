import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressFromBigInt, addressToBigInt, parseAddress } from '../../src/net/address.ts';

const ipv4 = (text: string) => ({ family: 'IPv4', text });
const ipv6 = (text: string) => ({ family: 'IPv6', text });

describe('parseAddress', () => {
  test.for([
    ['10.0.0.1', ipv4('10.0.0.1')],
    ['0.0.0.0', ipv4('0.0.0.0')],
    ['255.255.255.255', ipv4('255.255.255.255')],
    // F15: leading zeros are decimal.
    ['010.020.003.004', ipv4('10.20.3.4')],
    ['10.180.00.001', ipv4('10.180.0.1')],
    ['::', ipv6('::')],
    ['::1', ipv6('::1')],
    ['2001:db8::', ipv6('2001:db8::')],
    ['2001:DB8:0:0:0:0:0:1', ipv6('2001:db8::1')],
    ['2001:0db8::0001', ipv6('2001:db8::1')],
    ['1:0:0:2:0:0:0:3', ipv6('1:0:0:2::3')],
    ['1:0:0:2:3:0:0:4', ipv6('1::2:3:0:0:4')],
    ['1:2:3:4:5:6:7:8', ipv6('1:2:3:4:5:6:7:8')],
    // RFC 5952, 4.2.2: a single zero group is not shortened.
    ['1:2:3:4:5:6:7::', ipv6('1:2:3:4:5:6:7:0')],
    ['1::3:4:5:6:7:8', ipv6('1:0:3:4:5:6:7:8')],
    ['::ffff:10.0.0.1', ipv4('10.0.0.1')],
    ['::ffff:010.0.0.1', ipv4('10.0.0.1')],
    ['::FFFF:a00:1', ipv4('10.0.0.1')],
    ['64:ff9b::192.0.2.33', ipv6('64:ff9b::c000:221')],
  ] as const)('reads %s', ([text, address]) => {
    expect(parseAddress(text)).toEqual(address);
  });

  test.for([
    '',
    ' 10.0.0.1',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.1.',
    '0x0a.0.0.1',
    '167772161',
    '1.2.3.4/32',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'fe80::1%eth0',
    '::ffff:1.2.3',
    '::1.2.3.4:5',
    '[::1]',
    'g::',
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test('agrees with the platform on what IPv6 is, and canonical text stays', () => {
    const group = fc.oneof(
      fc.constant('0'),
      fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16)),
    );
    const groups = fc.array(group, { maxLength: 9 });
    const text = fc
      .tuple(groups, fc.constantFrom('', ':', '::'), groups)
      .map(([head, middle, tail]) => head.join(':') + middle + tail.join(':'));
    fc.assert(
      fc.property(text, (candidate) => {
        const address = parseAddress(candidate);
        expect(address !== undefined).toBe(isIPv6(candidate));
        if (address?.family !== 'IPv6') return;
        // The WHATWG URL serialiser writes RFC 5952 too.
        expect(`[${address.text}]`).toBe(new URL(`http://[${candidate}]/`).host);
        expect(parseAddress(address.text)).toEqual(address);
      }),
      { numRuns: 5000 },
    );
  });
});

test('numbers and addresses are inverse', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (value) => {
      expect(addressToBigInt(addressFromBigInt('IPv6', value))).toBe(value);
      const low = value & 0xffffffffn;
      expect(addressToBigInt(addressFromBigInt('IPv4', low))).toBe(low);
    }),
  );
});
