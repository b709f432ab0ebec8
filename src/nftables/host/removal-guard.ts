import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { guardServices } from '../../host/change/removal-guard.ts';
import { serviceNames } from '../canonical/service-names.ts';
import { servicesOf, type WrittenRuleset } from '../canonical/written.ts';

/** See {@link guardServices}. */
export function guardRemovals(
  observed: WrittenRuleset | undefined,
  desired: WrittenRuleset,
  maxRemovals: number,
): readonly Diagnostic[] {
  const before = observed === undefined ? new Set<string>() : namesIn(observed);
  return guardServices(before, namesIn(desired), maxRemovals);
}

/** Those of fragments, and those that the elements of a listing name. */
const namesIn = (ruleset: WrittenRuleset): ReadonlySet<string> =>
  new Set([
    ...servicesOf(ruleset),
    ...serviceNames({ tables: ruleset.tables.map(({ shared }) => shared) }),
  ]);
