import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceObject } from '../diagnostics/source.ts';

/** Five times the largest clusters known, and what four gigabytes of memory are enough for. */
const maxObjects = 250_000;
const maxEndpoints = 1_000_000;

/**
 * What one object may make of its Service: the API server bounds neither the ports nor the addresses of
 * one, and their product is what has to be compiled.
 */
const maxOfOneObject = 200_000;

export interface Sized {
  readonly fitting: readonly SourceObject[];
  /** One for each object that alone would cost more than a cluster does. */
  readonly oversized: readonly Diagnostic[];
  /** All together are too much. */
  readonly problem: Diagnostic | undefined;
}

/**
 * Refuses input that is small enough to read but holds so much that compiling it would exhaust
 * memory, which ends the process without a word.
 */
export function limitSize(objects: readonly SourceObject[]): Sized {
  const oversized: Diagnostic[] = [];
  const isFitting = (object: SourceObject): boolean => {
    const product = productOf(object);
    if (product <= maxOfOneObject) return true;
    oversized.push(tooMuch(object));
    return false;
  };
  const fitting = objects.every((object) => productOf(object) <= maxOfOneObject)
    ? objects
    : objects.filter(isFitting);
  return { fitting, oversized, problem: sizeProblem(fitting) };
}

function sizeProblem(objects: readonly SourceObject[]): Diagnostic | undefined {
  if (objects.length > maxObjects) return tooMany('objects', maxObjects, objects.at(maxObjects));
  let endpoints = 0;
  for (const object of objects) {
    endpoints += endpointCount(object);
    if (endpoints > maxEndpoints) return tooMany('endpoints', maxEndpoints, object);
  }
  return undefined;
}

/** Destinations of a Service, with the firewalls before them, or ports of endpoints. */
function productOf({ kind, value }: SourceObject): number {
  switch (kind) {
    case 'Service': {
      const spec = recordOf(value['spec']);
      const ports = lengthOf(spec['ports']);
      if (ports === 0) return 0;
      const ingress = lengthOf(recordOf(recordOf(value['status'])['loadBalancer'])['ingress']);
      const ranges = lengthOf(spec['loadBalancerSourceRanges']);
      return ports * (1 + lengthOf(spec['externalIPs']) + ingress + ranges);
    }
    case 'EndpointSlice':
      return Math.max(1, lengthOf(value['ports'])) * lengthOf(value['endpoints']);
    case 'Endpoints': {
      const subsets: readonly unknown[] = Array.isArray(value['subsets']) ? value['subsets'] : [];
      return subsets.reduce((sum: number, each) => {
        const subset = recordOf(each);
        const addresses = lengthOf(subset['addresses']) + lengthOf(subset['notReadyAddresses']);
        return sum + Math.max(1, lengthOf(subset['ports'])) * addresses;
      }, 0);
    }
    default:
      return 0;
  }
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

const tooMuch = (object: SourceObject): Diagnostic => ({
  code: 'NATC1050',
  severity: 'error',
  message: `this ${object.kind} alone stands for more than ${maxOfOneObject.toLocaleString('en')} destinations or endpoints`,
  places: [{ kind: 'field', object, path: [] }],
  hint: 'give it fewer ports or fewer addresses',
});

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
