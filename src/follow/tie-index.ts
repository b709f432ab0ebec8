import { noTies, type Ties } from '../recompile/ties.ts';

/** Who is tied to whom, found without a look at all Services; what `tiedTo` finds in all of them. */
export interface TieIndex {
  /** @param ties of a group from now on; undefined: it is gone */
  readonly set: (group: string, ties: Ties | undefined) => void;
  readonly get: (group: string) => Ties | undefined;
  /**
   * The groups that have to be compiled together with one.
   *
   * @param now its ties as its objects are now; undefined: as they were
   */
  readonly tiedTo: (group: string, now: Ties | undefined) => readonly string[];
}

/** Most claims and addresses are of one group alone. */
type Holders = Map<string, string | Set<string>>;

export function makeTieIndex(): TieIndex {
  const ties = new Map<string, Ties>();
  const [claims, owns, uses]: [Holders, Holders, Holders] = [new Map(), new Map(), new Map()];
  const each = (of: Ties, act: (holders: Holders, key: string) => void): void => {
    for (const key of of.claims) act(claims, key);
    for (const key of of.owns) act(owns, key);
    for (const key of of.uses) act(uses, key);
  };
  return {
    set: (group, next) => {
      const before = ties.get(group);
      if (before !== undefined) each(before, (holders, key) => drop(holders, key, group));
      if (next === undefined) ties.delete(group);
      else {
        ties.set(group, next);
        each(next, (holders, key) => add(holders, key, group));
      }
    },
    get: (group) => ties.get(group),
    tiedTo: (group, now) => {
      const old = ties.get(group) ?? noTies;
      const next = now ?? old;
      const moved = [
        ...next.owns.filter((address) => !old.owns.includes(address)),
        ...old.owns.filter((address) => !next.owns.includes(address)),
      ];
      return [
        ...[...old.claims, ...next.claims].flatMap((key) => holdersOf(claims, key)),
        ...next.uses.flatMap((key) => holdersOf(owns, key)),
        ...moved.flatMap((key) => holdersOf(uses, key)),
      ];
    },
  };
}

function add(holders: Holders, key: string, group: string): void {
  const known = holders.get(key);
  if (known === undefined || known === group) holders.set(key, group);
  else if (typeof known === 'string') holders.set(key, new Set([known, group]));
  else known.add(group);
}

function drop(holders: Holders, key: string, group: string): void {
  const known = holders.get(key);
  if (known === group) holders.delete(key);
  if (known === undefined || typeof known === 'string') return;
  known.delete(group);
  const [only] = known;
  if (known.size === 1 && only !== undefined) holders.set(key, only);
}

const holdersOf = (holders: Holders, key: string): readonly string[] => {
  const known = holders.get(key);
  return known === undefined ? [] : typeof known === 'string' ? [known] : [...known];
};
