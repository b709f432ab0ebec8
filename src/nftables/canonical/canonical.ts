import type { NftFamily } from '../../net/family.ts';
import type { Chain, Collection, Ruleset, Table } from '../ast.ts';
import { declarationLines, elementParts, renderHook, renderRule } from '../render/nft.ts';

/**
 * A ruleset in the form two rulesets are compared in: names to text, without what only a reader needs
 * (`#` comments, order of elements). The state file keeps this form, and what the kernel lists is
 * brought into it, so that spelling never counts as a difference.
 */
export interface CanonicalRuleset {
  readonly tables: readonly CanonicalTable[];
}

export interface CanonicalTable {
  readonly family: NftFamily;
  readonly name: string;
  readonly comment: string | undefined;
  readonly collections: ReadonlyMap<string, CanonicalCollection>;
  readonly chains: ReadonlyMap<string, CanonicalChain>;
}

export interface CanonicalCollection {
  readonly kind: 'set' | 'map';
  /** typeof, flags, timeout and so on, `; ` between them; the comment is not part of it. */
  readonly declaration: string;
  readonly comment: string | undefined;
  /**
   * Elements are networks of one selector: nft merges neighbours, so single elements can be neither
   * added nor deleted safely, and the set is replaced whole.
   */
  readonly merges: boolean;
  /** Rules write the elements (client maps): no difference is ever made of them. */
  readonly isDynamic: boolean;
  /** Element key to the rest of the element: comment and value, '' for a bare set element. */
  readonly elements: ReadonlyMap<string, string>;
}

export interface CanonicalChain {
  /** `type … hook … priority …; policy accept;`, '' for a chain that others jump to. */
  readonly hook: string;
  readonly rules: readonly string[];
}

export const canonicalRuleset = (ruleset: Ruleset): CanonicalRuleset => ({
  tables: ruleset.tables.map(canonicalTable),
});

export const canonicalTable = (table: Table): CanonicalTable => ({
  family: table.family,
  name: table.name,
  comment: table.comment,
  collections: new Map(
    table.collections.map((collection) => [
      collection.name,
      canonicalCollection(collection, table.family),
    ]),
  ),
  chains: new Map(table.chains.map((chain) => [chain.name, canonicalChain(chain, table.family)])),
});

/** The key of an element, and the text that follows it. */
export const canonicalElement = elementParts;

export function canonicalCollection(
  collection: Collection,
  family: NftFamily,
): CanonicalCollection {
  const elements = new Map<string, string>();
  for (const element of collection.elements) {
    const { key, rest } = elementParts(element);
    elements.set(key, rest);
  }
  return {
    kind: collection.kind === 'set' ? 'set' : 'map',
    declaration: declarationLines(collection, family).join('; '),
    comment: collection.comment,
    merges: collection.kind === 'set' && collection.interval && collection.key.length === 1,
    isDynamic: collection.kind !== 'verdict-map' && collection.dynamic === true,
    elements,
  };
}

export const canonicalChain = (chain: Chain, family: NftFamily): CanonicalChain => ({
  hook: chain.hook === undefined ? '' : renderHook(chain.hook),
  rules: chain.rules.map((rule) => renderRule(rule, family)),
});
