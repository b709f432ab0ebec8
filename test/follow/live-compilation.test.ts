/** What is compiled in memory from a change alone is what compiling everything gives, and so is the difference. */
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { type LiveCompilation, makeLiveCompilation } from '../../src/follow/live-compilation.ts';
import type { FollowedKind } from '../../src/follow/observer.ts';
import { type FollowedChange, type FollowedStore, makeStore } from '../../src/follow/store.ts';
import { makeTieIndex } from '../../src/follow/tie-index.ts';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { renderIptablesTables } from '../../src/iptables/render/iptables-tables.ts';
import { allTables } from '../../src/iptables/tables.ts';
import { writeRuleset } from '../../src/nftables/canonical/write.ts';
import { digestOf } from '../../src/nftables/canonical/written.ts';
import { type Delta, deltaBetween, type Operation } from '../../src/nftables/delta.ts';
import { writtenDelta } from '../../src/nftables/host/observed.ts';
import { renderScript } from '../../src/nftables/script.ts';
import type { CompileOptions } from '../../src/options.ts';
import { flowServices } from '../../src/plan/flows.ts';
import type { FamilyPlan } from '../../src/plan/plan.ts';
import { readObjects } from '../../src/read/read.ts';
import { tiedTo } from '../../src/recompile/ties.ts';
import type { Manifest } from '../oracle/manifest.ts';
import { optionsOf } from '../support/worlds-compile.ts';
import { neighbours } from '../support/worlds-mutations.ts';
import { forAll } from '../support/worlds-property.ts';

const kinds: readonly FollowedKind[] = ['Node', 'Service', 'EndpointSlice'];

function putAll(store: FollowedStore, objects: readonly Manifest[]): readonly FollowedChange[] {
  return kinds.flatMap((kind) => {
    const items = objects.filter((object) => object.kind === kind).map(itemOf);
    return store.replace(kind, items);
  });
}

function itemOf(object: Manifest) {
  const { namespace = 'default', name = '' } = object.metadata as {
    namespace?: string;
    name?: string;
  };
  return {
    name: object.kind === 'Node' ? name : `${namespace}/${name}`,
    ...{ version: '', text: JSON.stringify(object), endpoints: 0 },
  };
}

/** A compilation of all that a store holds. */
function inFull(store: FollowedStore, options: CompileOptions) {
  const items = kinds.flatMap((kind) => [...store.all(kind).values()].map(({ text }) => text));
  const text = `{"apiVersion":"v1","kind":"List","items":[${items.join(',')}]}`;
  const read = readObjects([{ name: 'cluster', bytes: Buffer.from(text) }]);
  const { output, diagnostics } = compile(read.objects, options);
  if (output === undefined || read.diagnostics.length > 0) return undefined;
  return {
    whole: { objects: read.objects, output, diagnostics },
    written: writeRuleset(output.fragments),
    flows: flowServices(output.plan),
    tables: JSON.stringify(tablesOf(output.plan.families)),
  };
}

/** What iptables is given for a plan: chains with their rules, in order. */
const tablesOf = (families: readonly FamilyPlan[]): unknown => {
  const rules = renderIptablesTables(families.map((family) => buildIptables(family)));
  return allTables.map(({ family, table }) => {
    const { chains, jumps } = rules[family][table];
    return { family, table, chains: [...chains], jumps };
  });
};

const linesOf = ({ operations, cleanup }: Delta): readonly string[] =>
  [...operations, ...cleanup]
    .flatMap((operation): readonly Operation[] =>
      'elements' in operation
        ? operation.elements.map((element) => ({ ...operation, elements: [element] }))
        : [operation],
    )
    .map((operation) => renderScript([operation]))
    .sort();

const stateOf = (live: LiveCompilation): string =>
  JSON.stringify([live.digest(), digestOf(live.whole()), live.flowServices()]);

test('is what a full compilation gives, change after change', () => {
  let count = 0;
  forAll(neighbours, 200, ({ before, after }) => {
    const options = { ...optionsOf(before), validate: 'warn' } as const;
    const store = makeStore();
    const unique = (objects: readonly Manifest[]) => [
      ...new Map(
        objects.map((object) => [`${object.kind} ${itemOf(object).name}`, object]),
      ).values(),
    ];
    const worlds = [unique(before.objects), unique(after.objects)] as const;
    putAll(store, worlds[0]);
    let last = inFull(store, options);
    if (last === undefined) return undefined;
    const given = { options, optionPlaces: new Map(), sourceName: 'cluster', keepsPlan: true };
    let live = makeLiveCompilation(last.whole, store, given);
    for (const objects of [worlds[1], worlds[0], worlds[0].slice(1), worlds[0], worlds[1]]) {
      const changes = putAll(store, objects);
      const next = inFull(store, options);
      if (next === undefined || live === undefined) return undefined;
      const change = live.change(changes);
      if (change === undefined) {
        if (!changes.some(({ kind }) => kind === 'Node')) return 'all had to be compiled';
        live = makeLiveCompilation(next.whole, store, given);
      } else {
        count++;
        if (change.digest !== digestOf(next.written)) return 'another digest';
        const found = linesOf(deltaBetween(change.previous, change.next)).join('');
        const wanted = linesOf(writtenDelta(last.written, next.written)).join('');
        if (found !== wanted) return `${found}-----\n${wanted}`;
        const state = JSON.stringify([digestOf(next.written), digestOf(next.written), next.flows]);
        if (stateOf(live) !== state) return `${stateOf(live)}\n-----\n${state}`;
        const tables = JSON.stringify(tablesOf(live.plan()));
        if (tables !== next.tables) return `${tables}\n-----\n${next.tables}`;
      }
      last = next;
    }
    return undefined;
  });
  expect(count).toBeGreaterThan(200);
});

describe('ties', () => {
  test('are found as among all', () => {
    const groups = new Map(
      [
        ['a', { claims: ['x', 'y'], owns: ['1'], uses: ['2'] }],
        ['b', { claims: ['y'], owns: ['2'], uses: [] }],
        ['c', { claims: ['z'], owns: [], uses: ['1', '3'] }],
        ['d', { claims: [], owns: ['4'], uses: ['1'] }],
      ].map(([name, ties]) => [name as string, { ties: ties as never }]),
    );
    const index = makeTieIndex();
    for (const [name, { ties }] of groups) index.set(name, ties);
    const nows = [
      undefined,
      { claims: ['z'], owns: ['1'], uses: ['4'] },
      { claims: [], owns: ['3'], uses: [] },
    ];
    for (const now of nows)
      for (const name of groups.keys()) {
        const wanted = new Set(tiedTo(groups, [[groups.get(name)?.ties, now]]));
        expect(new Set(index.tiedTo(name, now)), `${name} ${JSON.stringify(now)}`).toEqual(wanted);
      }
    index.set('a', undefined);
    expect(new Set(index.tiedTo('b', undefined))).toEqual(new Set(['b']));
  });
});
