import type { NodeEvent } from '../../follow/observer.ts';
import type { FollowedObject } from '../../follow/store.ts';

/** What an observer is told of the Node that natc runs on. @param node undefined: there is none */
export function nodeEvent(node: FollowedObject | undefined, at: number): NodeEvent {
  if (node === undefined) return { at, exists: false, isDeleting: false, taints: [] };
  const { metadata, spec }: { metadata?: unknown; spec?: unknown } = JSON.parse(node.text);
  const taints = mappingOf(spec)['taints'];
  const keys = (Array.isArray(taints) ? taints : []).map((taint) => mappingOf(taint)['key']);
  return {
    at,
    exists: true,
    isDeleting: mappingOf(metadata)['deletionTimestamp'] !== undefined,
    taints: keys.filter((key) => typeof key === 'string'),
  };
}

const mappingOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
