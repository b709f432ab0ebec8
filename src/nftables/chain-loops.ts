import type { Chain, Collection, Table } from './ast.ts';
import { referencesOf } from './references.ts';

/** Chains of a table that a packet could walk round in, one sentence per loop; the kernel refuses them. */
export function chainLoops(table: Table): readonly string[] {
  const mapTargets = new Map(
    table.collections.map(({ name, elements }) => [name, leadTo(elements)]),
  );
  const next = new Map(table.chains.map((chain) => [chain.name, targetsOf(chain, mapTargets)]));
  const waiting = new Map<string, number>();
  for (const targets of next.values()) {
    for (const target of targets) waiting.set(target, (waiting.get(target) ?? 0) + 1);
  }
  // Chains that nothing leads to are taken away until only loops, and what they lead to, are left.
  const free = [...next.keys()].filter((name) => !waiting.has(name));
  for (let name = free.pop(); name !== undefined; name = free.pop()) {
    for (const target of next.get(name) ?? []) {
      const count = (waiting.get(target) ?? 0) - 1;
      waiting.set(target, count);
      if (count === 0) free.push(target);
    }
    next.delete(name);
  }
  const [first] = next.keys();
  return first === undefined
    ? []
    : [`table ${table.family} ${table.name}: chain ${first} is part of a loop, or follows one`];
}

type Targets = ReadonlySet<string>;

const leadTo = (elements: Collection['elements']): Targets =>
  new Set(
    elements.flatMap((element) =>
      'verdict' in element && element.verdict.kind === 'goto' ? element.verdict.chain : [],
    ),
  );

/** The chains that rules of `chain` lead to, those in the verdict maps it looks into included. */
const targetsOf = (chain: Chain, mapTargets: ReadonlyMap<string, Targets>): Targets =>
  new Set(
    referencesOf(chain).flatMap(({ kind, name }) =>
      kind === 'chain' ? name : [...(mapTargets.get(name) ?? [])],
    ),
  );
