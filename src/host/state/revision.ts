/** One state of the kernel that natc made. */
export interface Revision {
  /** Counts the changes that natc made on this host. */
  readonly number: number;
  /** Of the canonical ruleset, 32 hexadecimal digits (see digestOf). */
  readonly digest: string;
  /** When it was applied, seconds since 1970. */
  readonly time: number;
}
