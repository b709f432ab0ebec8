/**
 * A part of a rule whose effect natc does not know, in a listing that it did not write. A packet that gets
 * there has no answer.
 */
export interface NotUnderstood {
  readonly text: string;
  /** In the listing, from 1 */
  readonly line: number;
  /** What is the matter, where it is not the words of the rule. */
  readonly why?: string;
}

/** Thrown by a simulator where a packet meets a part of a rule that is not understood. */
export class NotUnderstoodError extends Error {
  readonly met: NotUnderstood;

  constructor(met: NotUnderstood) {
    super(`line ${met.line} is not understood: ${met.text}`);
    this.met = met;
  }
}
