import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceObject } from '../diagnostics/source.ts';

/** Five times the largest clusters known, and what four gigabytes of memory are enough for. */
const maxObjects = 250_000;
const maxEndpoints = 1_000_000;

/**
 * Refuses input that is small enough to read but holds so much that compiling it would exhaust
 * memory, which ends the process without a word.
 */
export function sizeProblem(objects: readonly SourceObject[]): Diagnostic | undefined {
  if (objects.length > maxObjects) return tooMany('objects', maxObjects, objects.at(maxObjects));
  let endpoints = 0;
  for (const object of objects) {
    endpoints += endpointCount(object);
    if (endpoints > maxEndpoints) return tooMany('endpoints', maxEndpoints, object);
  }
  return undefined;
}

function endpointCount({ kind, value }: SourceObject): number {
  switch (kind) {
    case 'EndpointSlice':
      return lengthOf(value['endpoints']);
    case 'Endpoints': {
      const subsets: unknown = value['subsets'];
      if (!Array.isArray(subsets)) return 0;
      return subsets.reduce(
        (sum: number, subset) =>
          sum + lengthOf(subset?.addresses) + lengthOf(subset?.notReadyAddresses),
        0,
      );
    }
    default:
      return 0;
  }
}

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

const tooMany = (what: string, limit: number, object: SourceObject | undefined): Diagnostic => ({
  code: 'NATC1006',
  severity: 'error',
  message: `the input holds more than ${limit.toLocaleString('en')} ${what}`,
  places: object === undefined ? [] : [{ kind: 'field', object, path: [] }],
  hint: 'give natc the objects of one cluster only',
});
