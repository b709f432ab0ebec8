/**
 * How much nft is told when one endpoint of a Service changes, with addresses as long as those of 20,000
 * Services and 200,000 endpoints.
 */

import { describe, expect, test } from 'vitest';
import { halfOf } from '../../../src/nftables/canonical/digest.ts';
import { desiredFrom } from '../../../src/nftables/host/apply.ts';
import { type ObservedRuleset, writtenDelta } from '../../../src/nftables/host/observed.ts';
import type { Stamp } from '../../../src/nftables/host/stamp.ts';
import { transactionFor } from '../../../src/nftables/host/transaction.ts';
import { renderScript } from '../../../src/nftables/script.ts';
import { serviceObject, sliceObject } from '../../support/kernel-cluster.ts';
import { compiled } from '../../support/live-host.ts';

const wantedWith = (addresses: readonly string[]) => {
  const output = compiled([
    serviceObject('frontend', {
      clusterIP: '10.96.77.255',
      clusterIPs: ['10.96.77.255'],
      ipFamilies: ['IPv4'],
      ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    }),
    sliceObject(
      'frontend',
      'IPv4',
      addresses.map((address) => ({ addresses: [address], nodeName: 'node-2' })),
      [{ name: 'http', protocol: 'TCP', port: 8080 }],
    ),
  ]);
  return desiredFrom(output);
};

const ten = Array.from({ length: 10 }, (_, index) => `10.128.255.${100 + index}`);
const before = wantedWith(ten);
const after = wantedWith([...ten.slice(1), '10.255.255.199']);

const stampOf = (family: 'ip' | 'ip6', number: number): Stamp => ({
  number,
  half: halfOf(before.digest, family),
  time: 1_795_387_025,
});

const transaction = (number: number, stamps: ObservedRuleset['stamps']) =>
  transactionFor(writtenDelta(before.written, after.written), stamps, after.written, {
    number,
    digest: after.digest,
    time: 1_795_387_085,
  });

describe('one endpoint of ten, on another node, replaced by one that sorts last', () => {
  const stamps = { ip: stampOf('ip', 500_000), ip6: stampOf('ip6', 400_000) };

  test('takes less than 1 KiB', () => {
    const { operations, cleanup } = transaction(500_001, stamps);
    const script = renderScript([...operations, ...cleanup]);
    expect(script).toContain('10.96.77.255 . 80 . 9');
    expect(script).toContain('10.255.255.199 . 8080');
    expect(Buffer.byteLength(script), script).toBeLessThan(1024);
  });

  test('does not touch the table of the other family', () => {
    expect(halfOf(after.digest, 'ip6')).toBe(halfOf(before.digest, 'ip6'));
    const { operations } = transaction(500_001, stamps);
    expect(new Set(operations.map(({ family }) => family))).toEqual(new Set(['ip']));
  });

  test('going back numbers a table that was changed later', () => {
    const later = { ip: stampOf('ip', 3), ip6: stampOf('ip6', 2) };
    const script = renderScript(transaction(1, later).operations);
    expect(script.match(/add element ip6? natc revision .* comment "revision 1, /g)).toHaveLength(
      2,
    );
  });
});

test('a table that goes leaves the number in the other one', () => {
  const { written } = before;
  const next = { tables: written.tables.filter(({ shared }) => shared.family === 'ip') };
  const digest = halfOf(before.digest, 'ip') + '0'.repeat(16);
  const stamps = { ip: stampOf('ip', 1), ip6: stampOf('ip6', 1) };
  const { operations } = transactionFor(writtenDelta(written, next), stamps, next, {
    number: 2,
    digest,
    time: 0,
  });
  expect(renderScript(operations)).toMatch(
    /^delete table ip6 natc\ndelete element ip natc revision .*\nadd element ip natc revision .* comment "revision 2, 0" \}\n$/,
  );
});
