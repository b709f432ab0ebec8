import { type Invented, joinInvented } from '../../allocate/invented.ts';
import type { CompletedSide } from '../../complete.ts';
import { markedDiff } from '../../diff/mark.ts';
import type { NodeDiff } from '../../diff/nodes/node-groups.ts';
import { selectionRemarks } from '../../workloads/remarks.ts';
import type { DiffFlags } from './options.ts';

/** What is told of each node beside what differs there: why, and which values natc made up. */
export interface Telling {
  readonly invented: Invented;
  readonly tell: (diffs: Iterable<NodeDiff>) => Iterable<NodeDiff>;
}

/** @param sides both, or none where nothing was completed; documents have the values as they are */
export function tellingOf(
  sides: readonly CompletedSide[],
  { output }: Pick<DiffFlags, 'output'>,
): Telling {
  const [old, next] = sides;
  const invented = joinInvented(sides.map((side) => side.invented));
  const remarks =
    old === undefined || next === undefined
      ? []
      : selectionRemarks(old.selections, next.selections);
  function* tell(diffs: Iterable<NodeDiff>): Iterable<NodeDiff> {
    for (const item of diffs) {
      const services = new Set(item.diff.changes.map(({ service }) => service));
      const own = remarks.filter(({ service }) => services.has(service));
      const diff = { ...item.diff, remarks: own };
      yield { ...item, diff: output === 'json' ? diff : markedDiff(diff, invented) };
    }
  }
  return { invented, tell };
}
