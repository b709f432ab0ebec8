import { naturalCompare } from '../ruleset/natural-compare.ts';
import { chains } from '../ruleset/nftables/names.ts';
import { type Edit, giveUp } from './edit.ts';
import type { Block } from './layout.ts';
import type { Exchange, Placed } from './splice.ts';

/**
 * The edits that bring in the chains that changed Services share with others, such as one for each
 * number of endpoints, and take out those that nobody leads to any more.
 */
export function chainEdits(
  old: Placed,
  now: Placed,
  exchanges: readonly Exchange[],
): readonly Edit[] {
  const [before, next] = [partsOf(old), partsOf(now)];
  if (programOf(old, before) !== programOf(now, next)) giveUp('something about the node changed');
  const known = new Set(before.shared.map(({ name }) => name));
  const kept = new Set(next.shared.map(({ name }) => name));
  const insertions = next.shared
    .filter(({ name }) => !known.has(name))
    .map((chain) => {
      const following = before.shared.find(({ name }) => naturalCompare(name, chain.name) > 0);
      const start = following?.start ?? before.sharedEnd;
      return { start, end: start, text: `${bodyOf(now, chain)}\n` };
    });
  const unused = unusedChains(old, before, exchanges, kept);
  const deletions = before.shared
    .filter(({ name }) => unused.has(name))
    // The blank line after it too.
    .map(({ start, end }) => ({ start, end: end + 1, text: '' }));
  return [...insertions, ...deletions];
}

/** A table's chains, in the order in which they are printed. */
interface Parts {
  readonly shared: readonly Block[];
  readonly sharedEnd: number;
  /** Those of one ServicePort each. */
  readonly own: readonly Block[];
  /** The same whatever the Services are. */
  readonly program: readonly Block[];
}

function partsOf({ text, table }: Placed): Parts {
  const programStart = table.chains.findIndex(({ name }) => name === chains.markForMasquerade);
  const others = table.chains.slice(0, programStart);
  const shared = others.filter(({ name }) => !name.includes('/'));
  return {
    shared,
    sharedEnd: table.chains[shared.length]?.start ?? text.length,
    own: others.slice(shared.length),
    program: table.chains.slice(programStart),
  };
}

const bodyOf = ({ text }: Placed, { start, end }: Block): string => text.slice(start, end);

/** Which clients are remembered is up to Services with affinity, none of which changed. */
const programOf = (placed: Placed, { program }: Parts): string =>
  program
    .filter(({ name }) => name !== chains.rememberClients)
    .map((chain) => bodyOf(placed, chain))
    .join('');

const reference = /\b(?:goto|jump) (\S+?),?$/gm;

const referencesIn = (text: string): readonly string[] =>
  [...text.matchAll(reference)].map(([, name = '']) => name);

/**
 * @param kept chains that changed Services need
 * @returns those of the shared chains that only elements led to that are removed
 */
function unusedChains(
  old: Placed,
  { shared, own }: Parts,
  exchanges: readonly Exchange[],
  kept: ReadonlySet<string>,
): ReadonlySet<string> {
  const leadsTo = new Map(
    shared.map((chain) => [chain.name, referencesIn(bodyOf(old, chain))] as const),
  );
  const suspects = reachable(
    exchanges.flatMap(({ removed }) => referencesIn(removed.join('\n'))),
    leadsTo,
  );
  const ownReferences = new Set(own.flatMap((chain) => referencesIn(bodyOf(old, chain))));
  const isUsed = (name: string): boolean =>
    kept.has(name) ||
    ownReferences.has(name) ||
    exchanges.some((exchange) => isReferred(old.text, exchange, name));
  const used = reachable(
    [...leadsTo.keys()].filter((name) => !suspects.has(name) || isUsed(name)),
    leadsTo,
  );
  return new Set([...suspects].filter((name) => !used.has(name)));
}

/** The shared chains that one can get to from some chains, these included. */
function reachable(
  from: readonly string[],
  leadsTo: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const pending = [...from];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const next = leadsTo.get(name);
    if (next === undefined || reached.has(name)) continue;
    reached.add(name);
    pending.push(...next);
  }
  return reached;
}

/** Whether an element that stays leads to a chain. */
function isReferred(old: string, { collection, removed }: Exchange, name: string): boolean {
  if (collection.elements === undefined) return false;
  const { start, end } = collection.elements;
  const target = ` : goto ${name}`;
  let left = removed.filter((line) => line.endsWith(target)).length;
  const elements = old.slice(start, end);
  for (let pos = 0; left >= 0; left--) {
    const found = elements.indexOf(`${target},\n`, pos);
    if (found < 0) return false;
    pos = found + target.length;
  }
  return true;
}
