import type { IpFamily } from '../../net/family.ts';
import type { Sysctl } from '../machine/sysctl.ts';

/**
 * What the last apply that did everything left behind: the mark that nothing after the change of the
 * rules was cut short (affinity, connections, sysctls), and what the input was, so that the same input
 * again need not even be parsed.
 */
export interface LastApply {
  /** The revision's digest. */
  readonly digest: string;
  /** Hash of input, options and natc's version; undefined when it was not an input (rollback). */
  readonly input: string | undefined;
  /** Warnings that compiling the input gave. */
  readonly warnings: number;
  readonly sysctls: readonly Sysctl[];
  /** The families that have Services; undefined: not known. */
  readonly served?: readonly IpFamily[] | undefined;
}
