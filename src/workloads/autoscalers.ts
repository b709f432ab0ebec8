import type { SourceObject } from '../diagnostics/source.ts';
import { count, mapping } from './values.ts';
import type { Workload } from './workload.ts';

/** A HorizontalPodAutoscaler, of which only the least number of pods is known before it runs. */
export interface Autoscaler {
  /** `HorizontalPodAutoscaler shop/web` */
  readonly title: string;
  readonly least: number;
  /** Undefined where it cannot be read. */
  readonly most: number | undefined;
}

/** The autoscalers among the objects, by the title of what they scale. */
export function readAutoscalers(
  objects: readonly SourceObject[],
): ReadonlyMap<Workload['title'], Autoscaler> {
  const found = new Map<string, Autoscaler>();
  for (const { kind, value } of objects) {
    if (kind !== 'HorizontalPodAutoscaler') continue;
    const { name, namespace = 'default' } = mapping(value['metadata']);
    const { scaleTargetRef, minReplicas, maxReplicas } = mapping(value['spec']);
    const target = mapping(scaleTargetRef);
    found.set(`${target['kind']} ${namespace}/${target['name']}`, {
      title: `HorizontalPodAutoscaler ${namespace}/${name}`,
      least: count(minReplicas) ?? 1,
      most: count(maxReplicas),
    });
  }
  return found;
}
