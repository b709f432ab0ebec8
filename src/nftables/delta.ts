import type { NftFamily } from '../net/family.ts';
import type {
  CanonicalChain,
  CanonicalCollection,
  CanonicalRuleset,
  CanonicalTable,
} from './canonical/canonical.ts';
import { collectionsIn } from './canonical/read-text.ts';

/** Which table an operation is about. */
export interface TableRef {
  readonly family: NftFamily;
  readonly table: string;
}

/** One nft command. Text parts are in nft's syntax, as in {@link CanonicalRuleset}. */
export type Operation = TableRef &
  (
    | { readonly kind: 'add-table'; readonly comment: string | undefined }
    | { readonly kind: 'delete-table' }
    | { readonly kind: 'add-chain'; readonly chain: string; readonly hook: string }
    | { readonly kind: 'flush-chain'; readonly chain: string }
    | { readonly kind: 'delete-chain'; readonly chain: string }
    | { readonly kind: 'add-rule'; readonly chain: string; readonly rule: string }
    | {
        readonly kind: 'add-collection';
        readonly collection: string;
        readonly what: 'set' | 'map';
        readonly declaration: string;
        readonly comment: string | undefined;
      }
    | { readonly kind: 'flush-set'; readonly collection: string }
    | {
        readonly kind: 'delete-collection';
        readonly collection: string;
        readonly what: 'set' | 'map';
      }
    | {
        readonly kind: 'add-elements' | 'delete-elements';
        readonly collection: string;
        /** Whole elements to add; bare keys to delete. Never empty. */
        readonly elements: readonly string[];
      }
  );

export interface Delta {
  /** What makes the kernel's rules those of `next`; empty when they are already. */
  readonly operations: readonly Operation[];
  /**
   * Deletes chains and collections that nothing refers to any more. Belongs into the same transaction;
   * kernels before 6.2 release references only afterwards and want it in a second one (X8).
   */
  readonly cleanup: readonly Operation[];
}

/**
 * The commands that lead from one ruleset to another, in an order the kernel accepts: containers
 * before their elements, chains before what leads to them, references gone before what they named.
 * Client maps are left as they are unless their declaration changes (A11).
 *
 * @param remade collections to make anew although their declaration stays, by `family name`
 */
export function deltaBetween(
  previous: CanonicalRuleset,
  next: CanonicalRuleset,
  remade: ReadonlySet<string> = new Set(),
): Delta {
  const operations: Operation[] = [];
  const cleanup: Operation[] = [];
  for (const table of next.tables) {
    const before = previous.tables.find(({ family }) => family === table.family);
    const delta =
      before === undefined || mustReplace(before, table)
        ? { operations: replaceTable(table), cleanup: [] }
        : tableDelta(before, table, remade);
    operations.push(...delta.operations);
    cleanup.push(...delta.cleanup);
  }
  for (const { family, name } of previous.tables) {
    if (next.tables.every((table) => table.family !== family))
      operations.push({ kind: 'delete-table', family, table: name });
  }
  return { operations, cleanup };
}

/** Type, hook and priority of a base chain cannot be changed in place. */
function mustReplace(previous: CanonicalTable, next: CanonicalTable): boolean {
  for (const [name, chain] of next.chains) {
    const before = previous.chains.get(name);
    if (before !== undefined && before.hook !== chain.hook) return true;
  }
  return false;
}

/** Removes a table, whether it is there or not, and makes it anew. */
export function replaceTable(table: CanonicalTable): readonly Operation[] {
  const ref: TableRef = { family: table.family, table: table.name };
  const empty: CanonicalTable = { ...table, collections: new Map(), chains: new Map() };
  const add: Operation = { ...ref, kind: 'add-table', comment: table.comment };
  return [
    { ...add, comment: undefined },
    { ...ref, kind: 'delete-table' },
    add,
    ...tableDelta(empty, table, new Set()).operations,
  ];
}

function tableDelta(
  previous: CanonicalTable,
  next: CanonicalTable,
  remade: ReadonlySet<string>,
): Delta {
  const ref: TableRef = { family: next.family, table: next.name };
  const recreated = recreatedCollections(previous, next, remade);
  const rewritten = rewrittenChains(previous, next, recreated);
  const operations: Operation[] = [];
  const cleanup: Operation[] = [];

  for (const [chain, { hook }] of next.chains)
    if (!previous.chains.has(chain)) operations.push({ ...ref, kind: 'add-chain', chain, hook });
  for (const chain of rewritten)
    if (previous.chains.has(chain)) operations.push({ ...ref, kind: 'flush-chain', chain });
  const stale = [...previous.chains].filter(([chain]) => !next.chains.has(chain));
  // The kernel keeps a collection that a rule looks into, be it one of a chain that goes too.
  const looking = new Set(
    stale.filter(([, chain]) => refersTo(chain, recreated)).map(([chain]) => chain),
  );
  for (const chain of looking) operations.push({ ...ref, kind: 'flush-chain', chain });
  for (const [collection, { kind }] of previous.collections)
    if (recreated.has(collection))
      operations.push({ ...ref, kind: 'delete-collection', collection, what: kind });
  for (const [collection, { kind, declaration, comment }] of next.collections)
    if (!previous.collections.has(collection) || recreated.has(collection))
      operations.push({
        ...ref,
        kind: 'add-collection',
        collection,
        what: kind,
        declaration,
        comment,
      });
  for (const [name, collection] of next.collections) {
    const before = recreated.has(name) ? undefined : previous.collections.get(name);
    operations.push(...elementOperations(ref, name, before, collection));
  }
  for (const chain of rewritten)
    for (const rule of next.chains.get(chain)?.rules ?? [])
      operations.push({ ...ref, kind: 'add-rule', chain, rule });

  // Flushed first: stale chains may refer to each other.
  for (const [chain] of stale)
    if (!looking.has(chain)) operations.push({ ...ref, kind: 'flush-chain', chain });
  for (const [collection, { kind }] of previous.collections)
    if (!next.collections.has(collection))
      cleanup.push({ ...ref, kind: 'delete-collection', collection, what: kind });
  for (const [chain] of stale) cleanup.push({ ...ref, kind: 'delete-chain', chain });
  return { operations, cleanup };
}

/** Collections whose declaration changed: nft cannot change one in place. And those asked for. */
function recreatedCollections(
  previous: CanonicalTable,
  next: CanonicalTable,
  remade: ReadonlySet<string>,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [name, { declaration, kind }] of next.collections) {
    const before = previous.collections.get(name);
    if (before === undefined) continue;
    const isOther = before.declaration !== declaration || before.kind !== kind;
    if (isOther || remade.has(`${next.family} ${name}`)) names.add(name);
  }
  return names;
}

/** Chains that need their rules written: new, changed, or looking into a recreated collection. */
function rewrittenChains(
  previous: CanonicalTable,
  next: CanonicalTable,
  recreated: ReadonlySet<string>,
): readonly string[] {
  return [...next.chains]
    .filter(([name, chain]) => {
      const before = previous.chains.get(name);
      return before === undefined || !sameRules(before, chain) || refersTo(before, recreated);
    })
    .map(([name]) => name);
}

const sameRules = (a: CanonicalChain, b: CanonicalChain): boolean =>
  a.rules.length === b.rules.length && a.rules.every((rule, index) => rule === b.rules[index]);

const refersTo = (chain: CanonicalChain, collections: ReadonlySet<string>): boolean =>
  collections.size > 0 &&
  chain.rules.some((rule) => collectionsIn(rule).some((name) => collections.has(name)));

function elementOperations(
  ref: TableRef,
  collection: string,
  previous: CanonicalCollection | undefined,
  next: CanonicalCollection,
): readonly Operation[] {
  if (next.isDynamic || previous?.elements === next.elements) return [];
  const before = previous?.elements ?? new Map<string, string>();
  const added: string[] = [];
  const deleted: string[] = [];
  // Both are in the same order but for what changed: going along them spares most of the look-ups.
  const along = before.entries();
  let expected = along.next().value;
  let known = 0;
  for (const [key, rest] of next.elements) {
    while (expected !== undefined && expected[0] !== key && !next.elements.has(expected[0]))
      expected = along.next().value;
    const isExpected = expected !== undefined && expected[0] === key;
    const old = isExpected ? expected?.[1] : before.get(key);
    if (isExpected) expected = along.next().value;
    if (old !== undefined) known++;
    if (old === rest) continue;
    if (old !== undefined) deleted.push(key);
    added.push(key + rest);
  }
  if (known < before.size)
    for (const key of before.keys()) if (!next.elements.has(key)) deleted.push(key);
  if (added.length === 0 && deleted.length === 0) return [];
  if (next.merges && previous !== undefined)
    return [
      { ...ref, kind: 'flush-set', collection },
      ...elementList(ref, 'add-elements', collection, [...next.elements.keys()]),
    ];
  return [
    ...elementList(ref, 'delete-elements', collection, deleted),
    ...elementList(ref, 'add-elements', collection, added),
  ];
}

const elementList = (
  ref: TableRef,
  kind: 'add-elements' | 'delete-elements',
  collection: string,
  elements: readonly string[],
): readonly Operation[] => (elements.length === 0 ? [] : [{ ...ref, kind, collection, elements }]);
