import type { NftFamily } from '../../net/family.ts';
import type { Owner } from '../../plan/owner.ts';

/** What the parts of one table's text share. */
export interface TableContext {
  readonly family: NftFamily;
  /** By name, as they appear. */
  readonly owners: Map<string, Owner>;
}
