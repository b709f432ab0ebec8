import { describe, expect, test } from 'vitest';
import { tableDelta } from '../../../src/iptables/delta.ts';
import { renderTableCommit } from '../../../src/iptables/render/iptables-tables.ts';
import { noRules, type TableRules } from '../../../src/iptables/tables.ts';

const ref = { family: 'IPv4', table: 'nat' } as const;
const digest = '0123456789abcdef0123456789abcdef';
const first = { number: 1, time: 10, digest };
const second = { number: 2, time: 20, digest };

const observed: TableRules = {
  chains: new Map([
    ['NATC-SERVICES', ['-d 10.96.0.10/32 -p tcp -j NATC-SVC-OLD']],
    ['NATC-POSTROUTING', ['-j MARK --set-xmark 0x4000/0x0']],
    ['NATC-SVC-OLD', []],
  ]),
  jumps: [{ from: 'PREROUTING', to: 'NATC-SERVICES' }],
};
const desired: TableRules = {
  chains: new Map([
    ['NATC-SERVICES', ['-g NATC-SVC-NEW']],
    ['NATC-POSTROUTING', ['-j MARK --xor-mark 0x4000']],
    ['NATC-SVC-NEW', []],
  ]),
  jumps: [
    { from: 'PREROUTING', to: 'NATC-SERVICES' },
    { from: 'OUTPUT', to: 'NATC-SERVICES' },
  ],
};
const commit = (from: TableRules, to: TableRules) =>
  renderTableCommit(tableDelta(ref, from, to), { observed: first, desired: second });

describe('a commit', () => {
  test('names the chains that differ, adds the missing jump and deletes what is stale', () => {
    expect(commit(observed, desired)).toEqual([
      '*nat',
      ':NATC-SERVICES - [0:0]',
      ':NATC-SVC-NEW - [0:0]',
      ':NATC-SVC-OLD - [0:0]',
      `-D NATC-REVISION -m comment --comment "revision 1, 10, ${digest}"`,
      `-A NATC-REVISION -m comment --comment "revision 2, 20, ${digest}"`,
      '-A NATC-SERVICES -g NATC-SVC-NEW',
      '-I OUTPUT -j NATC-SERVICES',
      '-X NATC-SVC-OLD',
      'COMMIT',
    ]);
  });

  test('makes one jump of several, and takes out those that lead elsewhere', () => {
    const jumps = [
      ...observed.jumps,
      ...observed.jumps,
      { from: 'OUTPUT', to: 'NATC-SVC-OLD' } as const,
    ];
    expect(
      commit({ ...observed, jumps }, desired).filter((line) => /^-[DI] (?!NATC)/.test(line)),
    ).toEqual([
      '-D PREROUTING -j NATC-SERVICES',
      '-D PREROUTING -j NATC-SERVICES',
      '-D OUTPUT -j NATC-SVC-OLD',
      '-I PREROUTING -j NATC-SERVICES',
      '-I OUTPUT -j NATC-SERVICES',
    ]);
  });

  test('sets a stamp whatever is there, and takes it away with the last rule', () => {
    expect(
      renderTableCommit(tableDelta(ref, desired, desired), { observed: 'unknown', desired: first }),
    ).toEqual([
      '*nat',
      ':NATC-REVISION - [0:0]',
      `-A NATC-REVISION -m comment --comment "revision 1, 10, ${digest}"`,
      'COMMIT',
    ]);
    const last = renderTableCommit(tableDelta(ref, observed, noRules), {
      observed: first,
      desired: undefined,
    });
    expect(last).toContain('-X NATC-REVISION');
    expect(last).toContain('-D PREROUTING -j NATC-SERVICES');
  });
});
