import type { CanonicalTable } from '../canonical/canonical.ts';
import { keepsOffLoopback } from '../canonical/read-text.ts';

/** Whether a table has the rule that keeps packets of others off the loopback, as nft prints it (N10). */
export const tableGuardsLoopback = ({ chains }: CanonicalTable): boolean =>
  [...chains.values()].some(
    ({ hook, rules }) => hook.includes(' hook prerouting ') && rules.some(keepsOffLoopback),
  );
