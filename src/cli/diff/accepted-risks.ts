import type { SourceObject } from '../../diagnostics/source.ts';
import type { NodeDiff } from '../../diff/nodes/node-groups.ts';
import { type Acceptance, acceptance } from '../../diff/risks/accept.ts';
import { collectRisks, type FoundRisk } from '../../diff/risks/collect.ts';
import { annotatedAcceptances } from '../../model/accept-rules.ts';
import type { DiffFlags } from './options.ts';

/**
 * What natc.yaml and the Services' annotations accept: of the new side, or of the old one where a Service is gone.
 *
 * @param after undefined for a side that is no manifests
 */
export function acceptanceOf(
  before: readonly SourceObject[] | undefined,
  after: readonly SourceObject[] | undefined,
  { natc }: DiffFlags,
): Acceptance {
  const nameOf = ({ kind, value }: SourceObject): string => {
    const { namespace, name } = Object(value['metadata']) as Readonly<Record<string, unknown>>;
    return `${kind} ${String(namespace ?? 'default')}/${String(name)}`;
  };
  const current = new Set((after ?? []).map(nameOf));
  const gone = (before ?? []).filter((object) => !current.has(nameOf(object)));
  const annotated = annotatedAcceptances([...(after ?? []), ...gone]);
  return acceptance([...(natc?.acceptedRisks ?? []), ...annotated]);
}

/** Adds what is accepted to the diffs of nodes, and all risks to `risks` as they go by. */
export function* judging<Item extends NodeDiff>(
  items: Iterable<Item>,
  accepted: Acceptance,
  risks: FoundRisk[],
): Iterable<Item> {
  for (const item of items) {
    const diff = { ...item.diff, acceptance: accepted };
    risks.push(...collectRisks(diff));
    yield { ...item, diff };
  }
}
