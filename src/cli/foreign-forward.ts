import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Host } from '../host/machine/host.ts';
import type { ReadChains } from '../host/machine/kernel-chains.ts';
import type { IpFamily } from '../net/family.ts';
import type { MessageFlags } from './messages/message-flags.ts';

/**
 * Warns of what base chains of others may drop of what natc forwards. Where they could not be looked at,
 * what was warned of before still stands.
 */
export async function foreignWarnings(
  host: Host,
  families: readonly IpFamily[],
  { news }: MessageFlags,
  chains?: ReadChains,
): Promise<readonly Diagnostic[]> {
  const { foreignForward, warningsOfForward } = await import('../host/machine/foreign-forward.ts');
  const forward = await foreignForward(host, families, chains);
  if (forward.hasFailed) news?.keep('NATC5087');
  return warningsOfForward(forward);
}

/** The same beside what came of an apply, where the kernel now holds what was compiled. */
export async function withForeignWarnings<T extends { readonly kind: string }>(
  host: Host,
  outcome: T | (T & { readonly diagnostics: readonly Diagnostic[] }),
  families: readonly IpFamily[],
  flags: MessageFlags,
  chains: ReadChains,
): Promise<T> {
  const isDone = outcome.kind === 'applied' || outcome.kind === 'up-to-date';
  if (!isDone || !('diagnostics' in outcome)) return outcome;
  const warnings = await foreignWarnings(host, families, flags, chains);
  return { ...outcome, diagnostics: [...outcome.diagnostics, ...warnings] };
}
