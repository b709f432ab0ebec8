import type { Chain, Collection, Ruleset, SetElement } from '../../src/nftables/ast.ts';
import type { Owner } from '../../src/plan/owner.ts';

/** A ruleset in which every comment, comment block and reason has other words, all of them the same. */
export function reworded({ tables }: Ruleset): Ruleset {
  const owners = new Map<Owner, Owner>();
  const ownerFor = (owner: Owner): Owner => {
    const known = owners.get(owner) ?? { ...owner, name: words, lines: [words] };
    owners.set(owner, known);
    return known;
  };
  const withWords = <
    T extends { readonly comment?: string; readonly owner?: Owner; readonly reason?: string },
  >(
    thing: T,
  ): T => ({
    ...thing,
    ...(thing.comment !== undefined && { comment: words }),
    ...(thing.reason !== undefined && { reason: words }),
    ...(thing.owner && { owner: ownerFor(thing.owner) }),
  });
  return {
    tables: tables.map((table) => ({
      ...withWords(table),
      collections: table.collections.map(
        (collection) =>
          ({
            ...withWords(collection),
            elements: collection.elements.map((element) => withWords<SetElement>(element)),
          }) as Collection,
      ),
      chains: table.chains.map(
        (chain): Chain => ({ ...withWords(chain), rules: chain.rules.map(withWords) }),
      ),
    })),
  };
}

const words = 'other words';
