import { formatPath, objectName } from '../diagnostics/object-name.ts';
import type { Locate } from '../diagnostics/report.ts';
import type { Origin } from '../plan/plan.ts';

/** Where something comes from, as the JSON of explain and of diff has it; null where it is not known. */
export interface OriginJson {
  readonly object: string;
  readonly path: string;
  readonly file: string;
  /** Counts from 1, as `column`; null where the text is not at hand. */
  readonly line: number | null;
  readonly column: number | null;
}

export function originJson(origin: Origin | undefined, locate: Locate): OriginJson | null {
  if (origin === undefined) return null;
  const { object, path } = origin;
  const location = locate({ kind: 'field', object, path });
  return {
    object: objectName(object),
    path: formatPath(path),
    file: location?.file ?? object.source.name,
    line: location?.line ?? null,
    column: location?.column ?? null,
  };
}
