import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { guardServices } from '../../host/change/removal-guard.ts';
import { serviceNames } from '../canonical/service-names.ts';
import { servicesOf, type WrittenRuleset } from '../canonical/written.ts';

/** See {@link guardServices}. */
export function guardRemovals(
  held: WrittenRuleset | undefined,
  wanted: WrittenRuleset,
  maxRemovals: number,
): readonly Diagnostic[] {
  const before = held === undefined ? new Set<string>() : namesIn(held);
  return guardServices(before, namesIn(wanted), maxRemovals);
}

/** Those of fragments, and those that the elements of a listing name. */
const namesIn = (ruleset: WrittenRuleset): ReadonlySet<string> =>
  new Set([
    ...servicesOf(ruleset),
    ...serviceNames({ tables: ruleset.tables.map(({ shared }) => shared) }),
  ]);
