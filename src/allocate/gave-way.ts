import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Place } from '../diagnostics/place.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { bandAddressText } from './bands.ts';
import { bandOf, type Slot } from './held.ts';
import type { WrittenService } from './service-fields.ts';

/** Who has a value. */
export interface ValueOwner {
  /** `namespace/name` */
  readonly service: string;
  /** Undefined: it had the value before, and what it was is not in the input. */
  readonly object?: SourceObject | undefined;
}

/** The code of {@link gaveWayTo}. */
export const gaveWayCode = 'NATC3062';

/**
 * Says that a Service has another value than its name alone would give it, since somebody else has that: what depends on
 * others may change with them.
 *
 * @param own the value of its name, and the one that it has
 */
export function gaveWayTo(
  { service, slot }: { readonly service: WrittenService; readonly slot: Slot },
  { own, value }: { readonly own: bigint; readonly value: bigint },
  owner: ValueOwner,
): Diagnostic {
  const band = bandOf(slot);
  const textOf = (number: bigint): string =>
    band === 'port' ? String(number) : bandAddressText(band, number);
  const what =
    band === 'port'
      ? slot === 'health check'
        ? 'health-check node port'
        : 'node port'
      : 'cluster IP';
  const whose = owner.service === service.key ? 'it has itself' : `Service ${owner.service} has`;
  const holder: readonly Place[] =
    owner.object === undefined || owner.service === service.key
      ? []
      : [{ ...nameOf(owner.object), note: `has ${textOf(own)}` }];
  return {
    code: gaveWayCode,
    severity: 'note',
    message: `Service ${service.key} gets ${what} ${textOf(value)}: the one that its name stands for, ${textOf(own)}, ${whose}, so it may get another when either changes`,
    places: [nameOf(service.object), ...holder],
    hint: 'write what is made up to natc.lock.yaml with --lock, from which it is taken from then on',
  };
}

const nameOf = (object: SourceObject): FieldPlace => ({
  kind: 'field',
  object,
  path: ['metadata', 'name'],
});

type FieldPlace = Extract<Place, { readonly kind: 'field' }>;
