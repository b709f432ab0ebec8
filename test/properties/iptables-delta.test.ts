/** What leads iptables from one ruleset to the next, on data, in neighbouring worlds. */
import { expect, test } from 'vitest';
import { applyIptablesDelta, iptablesDelta } from '../../src/iptables/delta.ts';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import {
  renderIptablesTables,
  renderTableCommit,
} from '../../src/iptables/render/iptables-tables.ts';
import { iptablesTableDigest } from '../../src/iptables/stamp.ts';
import { allTables, type KernelRules, type TableRules } from '../../src/iptables/tables.ts';
import type { World } from '../oracle/world.ts';
import { planWorld } from '../support/compile-world.ts';
import { restored } from '../support/iptables-restore-input.ts';
import { neighbours } from '../support/worlds-mutations.ts';
import { forAll } from '../support/worlds-property.ts';

const rulesOf = (world: World): KernelRules =>
  renderIptablesTables(planWorld(world).families.map((family) => buildIptables(family)));

/** As text in which order says nothing, as among chains. */
const textOf = ({ chains, jumps }: TableRules): string =>
  JSON.stringify([[...chains].sort(([a], [b]) => (a < b ? -1 : 1)), jumps]);

const stamp = { number: 1, time: 0, digest: '0'.repeat(32) };

test('applied to the one, the difference gives the other, and is nothing between the same', () => {
  let changed = 0;
  let partial = 0;
  forAll(neighbours, 150, ({ before, after }) => {
    const a = rulesOf(before);
    const b = rulesOf(after);
    const delta = iptablesDelta(a, b);
    if (iptablesDelta(b, b).tables.length > 0) return 'a difference to itself';
    const c = applyIptablesDelta(delta, a);
    for (const ref of allTables) {
      const { family, table } = ref;
      const desired = b[family][table];
      const where = `${family} ${table}`;
      if (textOf(c[family][table]) !== textOf(desired)) return `${where} is another`;
      if (iptablesTableDigest(c[family][table]) !== iptablesTableDigest(desired))
        return `${where}: other digest`;
      const part = delta.tables.find((each) => each.family === family && each.table === table);
      if (part === undefined) {
        if (textOf(a[family][table]) !== textOf(desired)) return `${where} was left out`;
        continue;
      }
      changed++;
      if (part.chains.size < desired.chains.size) partial++;
      const lines = renderTableCommit(part, { observed: stamp, desired: stamp });
      if (textOf(restored(lines, a[family][table])) !== textOf(desired))
        return `${where}: the input of iptables-restore gives another`;
    }
    return undefined;
  });
  // Neighbours that never differ, or differ in all chains, prove nothing.
  expect(changed).toBeGreaterThan(50);
  expect(partial).toBeGreaterThan(changed / 2);
});
