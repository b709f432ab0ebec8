import type { FieldPath, SourceObject } from '../diagnostics/source.ts';
import { parseAddress } from '../net/address.ts';
import type { Origin } from './plan.ts';

export const origin = (object: SourceObject, path: FieldPath): Origin => ({ object, path });

/** The value of a field of an object as it was read; undefined where there is none. */
export function fieldAt(object: SourceObject, path: FieldPath): unknown {
  let value: unknown = object.value;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  }
  return value;
}

const canonical = (entry: unknown): string | undefined =>
  typeof entry === 'string' ? parseAddress(entry.trim())?.text : undefined;

/**
 * Finds the entries of a list of addresses again from which the model made `addresses`: in the same
 * order, but perhaps spelt differently and with others, left out as invalid, between them.
 *
 * @returns one path per address; the list's own path for an address that is not in it.
 */
export function addressPaths(
  object: SourceObject,
  list: FieldPath,
  addresses: readonly string[],
): readonly FieldPath[] {
  const entries = fieldAt(object, list);
  if (!Array.isArray(entries)) return addresses.map(() => list);
  let next = 0;
  return addresses.map((address) => {
    while (next < entries.length) {
      const index = next++;
      if (entries[index] === address || canonical(entries[index]) === address) {
        return [...list, index];
      }
    }
    return list;
  });
}

const labelPath = (name: string): FieldPath => ['metadata', 'labels', name];

export const proxyNameLabelPath = labelPath('service.kubernetes.io/service-proxy-name');
export const headlessLabelPath = labelPath('service.kubernetes.io/headless');
