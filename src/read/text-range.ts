/** Offsets in a source's text; `end` is exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}
