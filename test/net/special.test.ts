import { expect, test } from 'vitest';
import { parseAddress } from '../../src/net/address.ts';
import { specialAddress } from '../../src/net/special.ts';

test.for([
  ['0.0.0.0', 'unspecified'],
  ['0.0.0.1', undefined],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.255', 'loopback'],
  ['128.0.0.1', undefined],
  ['169.254.169.254', 'link-local'],
  ['169.253.1.1', undefined],
  ['223.255.255.255', undefined],
  ['224.0.0.1', 'link-local multicast'],
  ['239.1.1.1', 'multicast'],
  ['239.255.255.255', 'multicast'],
  ['240.0.0.1', undefined],
  ['22.4.0.1', undefined],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::2', undefined],
  ['fe80::1', 'link-local'],
  ['febf::1', 'link-local'],
  ['fec0::1', undefined],
  ['fe8::1', undefined],
  ['fd00::1', undefined],
  ['ff02::1', 'link-local multicast'],
  ['ff0e::1', 'multicast'],
  ['ff::1', undefined],
  ['::ffff:127.0.0.1', 'loopback'],
] as const)('%s is %s', ([text, special]) => {
  expect(specialAddress(parseAddress(text)!)).toBe(special);
});
