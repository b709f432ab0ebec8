import type { NftFamily } from '../../net/family.ts';
import type { CommentBlock } from './comments.ts';

/** What the parts of one table's text share. */
export interface TableContext {
  readonly family: NftFamily;
  /** By name, as they appear. */
  readonly blocks: Map<string, CommentBlock>;
}
