import { expect, test } from 'vitest';
import { formatBindAddress, parseBindAddress } from '../../src/serve/bind-address.ts';

test.each([
  ['0.0.0.0:10256', '0.0.0.0:10256'],
  ['127.0.0.1', '127.0.0.1:10249'],
  ['[::]:10256', '[::]:10256'],
  ['::1', '[::1]:10249'],
  ['[FD00::0:1]:80', '[fd00::1]:80'],
])('%s is %s', (text, canonical) => {
  const parsed = parseBindAddress(text, 10249);
  expect(parsed && formatBindAddress(parsed)).toBe(canonical);
});

test.each([
  ...['', ':10256', 'localhost:10256', '0.0.0.0:', '0.0.0.0:0', '0.0.0.0:65536'],
  ...['[::]', '[10.0.0.1', '[::]:1:2', '10.0.0.1:80 '],
])('%j is refused', (text) => {
  expect(parseBindAddress(text, 10249)).toBeUndefined();
});
