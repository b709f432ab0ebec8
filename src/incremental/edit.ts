import type { Span } from './layout.ts';

/** A stretch of the old text and what takes its place. */
export interface Edit extends Span {
  readonly text: string;
}

/** What only a full compilation can do; the message says why. */
export class CannotSplice extends Error {}

export function giveUp(because: string): never {
  throw new CannotSplice(because);
}
