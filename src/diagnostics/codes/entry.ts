/** What `natc explain-code` and the reference page say about one diagnostic code. */
export interface CodeEntry {
  /** A few words, e.g. `duplicate node port`. */
  readonly title: string;
  /** What it means and why natc says it, in one or more sentences. */
  readonly explanation: string;
  /** What to do. */
  readonly remedy: string;
}
