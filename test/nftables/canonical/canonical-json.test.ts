import { expect, test } from 'vitest';
import { canonicalRuleset } from '../../../src/nftables/canonical/canonical.ts';
import { tableFromJson, tableToJson } from '../../../src/nftables/canonical/canonical-json.ts';
import { serviceObject } from '../../support/kernel-cluster.ts';
import { compiled } from '../../support/live-host.ts';

test('a table that was read back is written as it was: its text has the digest', () => {
  const { ruleset } = compiled([
    serviceObject('web', {
      clusterIP: '10.96.0.10',
      clusterIPs: ['10.96.0.10'],
      ipFamilies: ['IPv4'],
      ports: [{ name: 'http', port: 80 }],
    }),
  ]);
  const { tables } = canonicalRuleset(ruleset);
  expect(tables.length).toBeGreaterThan(0);
  for (const table of tables) {
    const text = tableToJson(table);
    const again = tableFromJson(text);
    expect(again && tableToJson(again)).toBe(text);
  }
});
