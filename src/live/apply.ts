import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Ruleset } from '../ruleset/ast.ts';
import type { Host } from './host.ts';
import { loadRuleset } from './nft.ts';
import { type Sysctl, setSysctls } from './sysctl.ts';

export type ApplyOutcome =
  | { readonly kind: 'applied' }
  /** Nothing was changed. */
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] }
  /** The kernel holds the ruleset, but what comes after it failed. */
  | { readonly kind: 'incomplete'; readonly diagnostics: readonly Diagnostic[] };

/**
 * Makes the kernel hold the ruleset, in one transaction, then sets the sysctls. The ruleset goes
 * first: route_localnet must not be on without the guard (N10).
 */
export async function applyRuleset(
  host: Host,
  ruleset: Ruleset,
  sysctls: readonly Sysctl[],
): Promise<ApplyOutcome> {
  const refusals = await loadRuleset(host, ruleset);
  if (refusals.length > 0) return { kind: 'refused', diagnostics: refusals };
  const diagnostics = await setSysctls(host, sysctls);
  return diagnostics.length > 0 ? { kind: 'incomplete', diagnostics } : { kind: 'applied' };
}
