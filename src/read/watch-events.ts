import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceObject } from '../diagnostics/source.ts';

/** What the API server sends to whoever watches (watch.Event), and `kubectl get --output-watch-events` prints. */
const eventTypes: ReadonlySet<unknown> = new Set([
  'ADDED',
  'MODIFIED',
  'DELETED',
  'BOOKMARK',
  'ERROR',
]);

/** The type of a watch event; undefined for what is none. */
export function watchEventType(value: Readonly<Record<string, unknown>>): string | undefined {
  const { type, object } = value;
  const isEvent = typeof object === 'object' && object !== null && !('kind' in value);
  return isEvent && typeof type === 'string' && eventTypes.has(type) ? type : undefined;
}

/** The events of one input, told at once: their first one, and how many of each type there are. */
export interface WatchEvents {
  readonly first: SourceObject;
  readonly counts: Map<string, number>;
}

/** Events tell what happened, one after the other; which state they end in depends on where they began. */
export function watchEventsProblem({ first, counts }: WatchEvents): Diagnostic {
  const types = [...counts].map(([type, count]) => `${count} ${type}`).join(', ');
  return {
    code: 'NATC1063',
    severity: 'error',
    message: `these are watch events (${types}), not the objects of one moment`,
    places: [{ kind: 'field', object: first, path: [] }],
    hint: 'list them: kubectl get without --watch, --watch-only and --output-watch-events',
  };
}
