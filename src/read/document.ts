import type { Extent } from '../diagnostics/source.ts';
import type { ItemOffsets } from './block-yaml.ts';

/** One YAML document or JSON value as plain data. */
export interface Document {
  readonly value: unknown;
  readonly extent: Extent;
  /** The offsets of a List's items, where each can be parsed on its own; otherwise empty. */
  readonly items: ItemOffsets;
}
