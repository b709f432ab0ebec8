import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../src/net/address.ts';
import { cidrContains, parseCidr } from '../../../src/net/cidr.ts';
import { findElement, indexElements } from '../../../src/nftables/simulate/element-index.ts';

const find = (keys: readonly (readonly (string | number)[])[], key: readonly (string | number)[]) =>
  findElement(indexElements(keys.map((each) => ({ key: each }))), key)?.key;

describe('looking up an element', () => {
  test('exact keys, in every field', () => {
    const keys = [
      ['10.0.0.1', 'tcp', 80],
      ['10.0.0.1', 'tcp', 81],
    ];
    expect(find(keys, ['10.0.0.1', 'tcp', 81])).toEqual(['10.0.0.1', 'tcp', 81]);
    expect(find(keys, ['10.0.0.1', 'udp', 81])).toBeUndefined();
    expect(find([], ['10.0.0.1'])).toBeUndefined();
  });

  test('the narrowest network wins, a single address over all', () => {
    const keys = [['10.0.0.0/8'], ['10.1.0.0/16'], ['10.1.2.3'], ['0.0.0.0/0']];
    expect(find(keys, ['10.1.2.3'])).toEqual(['10.1.2.3']);
    expect(find(keys, ['10.1.2.4'])).toEqual(['10.1.0.0/16']);
    expect(find(keys, ['10.2.2.4'])).toEqual(['10.0.0.0/8']);
    expect(find(keys, ['11.2.2.4'])).toEqual(['0.0.0.0/0']);
  });

  test('IPv6 networks beside other fields', () => {
    const keys = [['fd00:10::/64', 'tcp', 'fd00::/8']];
    expect(find(keys, ['fd00:10::5', 'tcp', 'fdff::1'])).toEqual(keys[0]);
    expect(find(keys, ['fd00:10:0:1::5', 'tcp', 'fdff::1'])).toBeUndefined();
    expect(find(keys, ['fd00:10::5', 'tcp', 'fe00::1'])).toBeUndefined();
  });

  test('finds something exactly when some network holds the address', () => {
    const octet = fc.integer({ min: 0, max: 3 });
    const addresses = fc.tuple(octet, octet).map(([a, b]) => `10.${a}.0.${b}`);
    const networks = fc
      .tuple(addresses, fc.constantFrom(0, 8, 14, 15, 16, 30, 31, 32))
      .map(([address, length]) => `${address}/${length}`);
    fc.assert(
      fc.property(fc.array(networks, { maxLength: 6 }), addresses, (list, address) => {
        const cidrs = list.flatMap((network) => parseCidr(network) ?? []);
        const keys = cidrs.map((cidr) => [`${cidr.address}/${cidr.prefixLength}`]);
        const parsed = parseAddress(address);
        if (parsed === undefined) throw new Error(address);
        const isHeld = cidrs.some((cidr) => cidrContains(cidr, parsed));
        expect(find(keys, [address]) !== undefined).toBe(isHeld);
      }),
    );
  });
});
