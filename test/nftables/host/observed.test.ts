import { expect, test } from 'vitest';
import { commonRevision } from '../../../src/nftables/host/observed.ts';

const stamp = (half: string, number: number, time: number) => ({ half, number, time });

test('the revision has number and time of the table that was changed last', () => {
  const [ip, ip6] = [stamp('a', 3, 100), stamp('b', 2, 50)];
  expect(commonRevision({ ip, ip6 })).toMatchObject({ number: 3, time: 100 });
  expect(commonRevision({ ip: ip6, ip6: ip })).toMatchObject({ number: 3, time: 100 });
});

test('of stamps with one number the later counts: a rollback gives a number again', () => {
  const [earlier, later] = [stamp('a', 3, 100), stamp('b', 3, 200)];
  expect(commonRevision({ ip: earlier, ip6: later })?.time).toBe(200);
  expect(commonRevision({ ip: later, ip6: earlier })?.time).toBe(200);
});

test('one stamp is enough, and none make up no revision', () => {
  expect(commonRevision({ ip: undefined, ip6: stamp('b', 1, 7) })).toMatchObject({ time: 7 });
  expect(commonRevision({ ip: undefined, ip6: undefined })).toBeUndefined();
});
