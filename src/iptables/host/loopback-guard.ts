import { ruleGuardsLoopback } from '../rule-text.ts';
import type { TableRules } from '../tables.ts';

/** Whether natc's part of the mangle table keeps packets of others off the loopback (N10). */
export const mangleGuardsLoopback = ({ chains }: TableRules): boolean =>
  [...chains.values()].some((rules) => rules.some(ruleGuardsLoopback));
