import { expect, test } from 'vitest';
import { writeRuleset } from '../../../src/nftables/canonical/write.ts';
import { canonicalOf } from '../../../src/nftables/canonical/written.ts';
import { serviceObject, sliceObject } from '../../support/kernel-cluster.ts';
import { compiled } from '../../support/live-host.ts';

test.each(['bytes of its own', 'those that were just made'])(
  'a fragment that holds its content as %s is what it was',
  (which) => {
    const { fragments } = compiled([
      serviceObject('web', {
        clusterIP: '10.96.0.10',
        ports: [{ name: 'http', port: 80, nodePort: 30080 }],
        type: 'NodePort',
        sessionAffinity: 'ClientIP',
      }),
      sliceObject('web', 'IPv4', [{ addresses: ['10.1.0.3'] }, { addresses: ['10.1.0.4'] }]),
    ]);
    const written = writeRuleset(fragments);
    const records = written.tables.flatMap((table) => [...table.fragments.values()]);
    expect(records.length).toBeGreaterThan(0);
    const before = canonicalOf(written);
    const bytes = records.map((record) => record.bytes());
    const [record] = records;
    const key = record?.read().groups[0]?.elements[0] ?? '';
    const collection = record?.read().groups[0]?.collection ?? '';
    for (const [index, each] of records.entries())
      each.shrink(which === 'bytes of its own' ? undefined : bytes[index]);
    expect(canonicalOf(written)).toEqual(before);
    expect(records.map((each) => each.bytes())).toEqual(bytes);
    expect(record?.hasKey(collection, key)).toBe(true);
    expect(record?.hasKey(collection, `${key}0`)).toBe(false);
    // Nothing is held beside the bytes.
    expect(record?.read()).not.toBe(record?.read());
  },
);
