import { counted } from '../../diagnostics/summary.ts';
import { someOf } from '../../host/change/some-of.ts';
import type { IptablesDelta } from '../delta.ts';

/** `1 chain added, 3 chains rewritten, 3 jumps added`, zeros left out. */
export function changesInWords({ tables }: IptablesDelta): string {
  const sum = (of: (delta: (typeof tables)[number]) => number): number =>
    tables.reduce((total, delta) => total + of(delta), 0);
  const parts = [
    ...someOf(
      sum(({ added }) => added),
      'chain',
      'added',
    ),
    ...someOf(
      sum(({ chains, added }) => chains.size - added),
      'chain',
      'rewritten',
    ),
    ...someOf(
      sum(({ removed }) => removed.length),
      'chain',
      'deleted',
    ),
    ...someOf(
      sum(({ addedJumps }) => addedJumps.length),
      'jump',
      'added',
    ),
    ...someOf(
      sum(({ removedJumps }) => removedJumps.length),
      'jump',
      'deleted',
    ),
  ];
  return parts.length === 0 ? counted(tables.length, 'stamp') : parts.join(', ');
}
