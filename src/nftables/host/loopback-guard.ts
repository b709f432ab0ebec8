import type { CanonicalTable } from '../canonical/canonical.ts';

/** Whether a table has the rule that keeps packets of others off the loopback, as nft prints it (N10). */
export const tableGuardsLoopback = ({ chains }: CanonicalTable): boolean =>
  [...chains.values()].some(
    ({ hook, rules }) =>
      hook.includes(' hook prerouting ') &&
      rules.some((rule) => /^iifname != "?lo"? ip daddr 127\.0\.0\.0\/8 drop$/.test(rule)),
  );
