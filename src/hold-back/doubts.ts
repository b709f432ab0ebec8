import type { Cluster } from '../model/cluster.ts';
import { findLost, isUnexplained, type LostService } from './find-lost.ts';
import type { Served } from './served.ts';

/**
 * What of an input is not believed at once. A list that lost a part looks like a list of a cluster that
 * lost it; these are told apart so:
 *
 * | what the input lacks                                             | in doubt                          |
 * |------------------------------------------------------------------|-----------------------------------|
 * | every slice and Endpoints object, and Services have selectors    | always: the list is not whole     |
 * | this node's Node object, which the last one had                  | always: the list is not whole     |
 * | slices of a Service with a selector (controllers leave empty ones)| each such Service                |
 * | a Service whose slices, made by a controller, are still there    | each such Service                 |
 * | Services, or their endpoints, in any other way                   | more than `maxRemovals` percent   |
 *
 * Of the last row a single Service is never in doubt, nor is one namespace that is emptied while others
 * are served, nor Services that are empty now and were on one and the same node (it was drained).
 */
export interface Doubts {
  /** The last input had this node's Node object. */
  readonly node: string | undefined;
  /** The list lacks a kind of object altogether: repeating it does not make it more credible. */
  readonly isPartial: boolean;
  /** Nothing else explains them but an incomplete list. */
  readonly unexplained: readonly LostService[];
  /** Many at once. */
  readonly many: readonly LostService[];
  /** How many Services had endpoints before. */
  readonly servedBefore: number;
}

/** @param maxRemovals percent of the Services with endpoints that may lose them in one go */
export function doubtsAbout(
  before: Served,
  after: Served,
  cluster: Cluster,
  maxRemovals: number,
): Doubts {
  const lost = findLost(before, after, cluster);
  const isWithoutSlices = before.services.size > 0 && lacksSlices(cluster);
  const node = before.node !== undefined && after.node === undefined ? before.node : undefined;
  const unexplained = lost.filter(isUnexplained);
  const others = lost.filter((each) => !unexplained.includes(each));
  const counted = isWithoutSlices ? others : withoutExplained(others, after);
  const servedBefore = before.services.size;
  const isMany = counted.length > 1 && counted.length * 100 > servedBefore * maxRemovals;
  return {
    node,
    isPartial: isWithoutSlices || node !== undefined,
    unexplained,
    many: isMany || (isWithoutSlices && counted.length > 0) ? counted : [],
    servedBefore,
  };
}

export const isInDoubt = ({ node, unexplained, many }: Doubts): boolean =>
  node !== undefined || unexplained.length + many.length > 0;

/** Services have selectors, and nothing says where any endpoint is. */
export const lacksSlices = ({ services, endpointSlices, endpoints }: Cluster): boolean =>
  endpointSlices.length + endpoints.length === 0 && services.some((each) => each.hasSelector);

/** Takes out what a drained node and an emptied namespace explain. */
function withoutExplained(lost: readonly LostService[], after: Served): readonly LostService[] {
  const drained = drainedNode(lost);
  const rest = lost.filter(
    ({ loss, onlyNode }) => loss !== 'emptied' || drained === undefined || onlyNode !== drained,
  );
  const stillServed = new Set([...after.services.keys()].map(namespaceOf));
  const emptied = [...countByNamespace(rest)].filter(([namespace]) => !stillServed.has(namespace));
  if (stillServed.size === 0 || emptied.length !== 1) return rest;
  return rest.filter(({ name }) => namespaceOf(name) !== emptied[0]?.[0]);
}

/** The node that most of the emptied Services were on alone; undefined when there is none. */
function drainedNode(lost: readonly LostService[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { loss, onlyNode } of lost)
    if (loss === 'emptied' && onlyNode !== undefined)
      counts.set(onlyNode, (counts.get(onlyNode) ?? 0) + 1);
  const [most] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return most?.[0];
}

/** How many of these Services each namespace has, most first. */
export function countByNamespace(lost: readonly LostService[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of lost) {
    const namespace = namespaceOf(name);
    counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  }
  return new Map([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

const namespaceOf = (name: string): string => name.slice(0, name.indexOf('/'));
