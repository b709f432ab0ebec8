import type { NftFamily, Owner } from '../ruleset/ast.ts';

/** What the parts of one table's text share. */
export interface TableContext {
  readonly family: NftFamily;
  /** By name, as they appear. */
  readonly owners: Map<string, Owner>;
}
