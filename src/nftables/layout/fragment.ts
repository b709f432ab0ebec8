import type { Chain, DataElement, DataMap, NftSet, SetElement, VerdictElement } from '../ast.ts';

/**
 * What one Service contributes to one family's table. It depends on the Service's ServicePorts and on
 * the family's settings, and on no other Service; `assembleTable` makes a table of many.
 */
export interface Fragment {
  /** `namespace/name` */
  readonly service: string;
  /** Elements of verdict maps, sets and data maps, by the name of the collection. */
  readonly verdicts: ReadonlyMap<string, readonly VerdictElement[]>;
  readonly members: ReadonlyMap<string, readonly SetElement[]>;
  readonly data: ReadonlyMap<string, readonly DataElement[]>;
  /** Collections that no other Service uses, declared without elements (session affinity). */
  readonly ownSets: readonly NftSet[];
  readonly ownMaps: readonly DataMap[];
  /** Chains that no other Service uses, in the order in which they were asked for. */
  readonly ownChains: ReadonlyMap<string, Chain>;
  /** Chains by name that are the same whoever asks for them. */
  readonly sharedChains: ReadonlyMap<string, Chain>;
}

/** A fragment that is being filled, one ServicePort after another. */
export interface FragmentBuilder extends Fragment {
  readonly verdicts: Map<string, VerdictElement[]>;
  readonly members: Map<string, SetElement[]>;
  readonly data: Map<string, DataElement[]>;
  readonly ownSets: NftSet[];
  readonly ownMaps: DataMap[];
  readonly ownChains: Map<string, Chain>;
  readonly sharedChains: Map<string, Chain>;
  /** Chains that were made for any fragment of the table: thousands of Services share a few. */
  readonly made: Map<string, Chain>;
}

/** @param made of the same table, by the fragments before */
export const newFragment = (service: string, made: Map<string, Chain>): FragmentBuilder => ({
  service,
  verdicts: new Map(),
  members: new Map(),
  data: new Map(),
  ownSets: [],
  ownMaps: [],
  ownChains: new Map(),
  sharedChains: new Map(),
  made,
});

/** The elements of one collection, begun when they are first asked for. */
export function elementsOf<T>(collections: Map<string, T[]>, name: string): T[] {
  const known = collections.get(name);
  if (known !== undefined) return known;
  const elements: T[] = [];
  collections.set(name, elements);
  return elements;
}

/** Makes a chain unless it is there already, and returns its name. */
export function ensureChain(
  chains: Map<string, Chain>,
  name: string,
  build: () => Omit<Chain, 'name'>,
): string {
  if (!chains.has(name)) {
    // Reserve the place first: `build` may ask for further chains, which follow this one.
    chains.set(name, { name, rules: [] });
    chains.set(name, { name, ...build() });
  }
  return name;
}

/** The same for a shared chain whose `build` asks for no further chains: it is built once for all fragments. */
export function ensureSharedChain(
  { sharedChains, made }: FragmentBuilder,
  name: string,
  build: () => Omit<Chain, 'name'>,
): string {
  if (sharedChains.has(name)) return name;
  const chain = made.get(name) ?? { name, ...build() };
  made.set(name, chain);
  sharedChains.set(name, chain);
  return name;
}
