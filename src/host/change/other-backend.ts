import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { cleanUpIptables } from '../../iptables/host/cleanup.ts';
import { iptablesRulesIn } from '../../iptables/host/leftovers.ts';
import { cleanUp } from '../../nftables/host/cleanup.ts';
import { nftablesPresence } from '../../nftables/host/leftovers.ts';
import type { Host } from '../machine/host.ts';
import type { IptablesVariant } from '../machine/iptables-tools.ts';
import { chainReader, type ReadChains } from '../machine/kernel-chains.ts';
import { forgetBackendState, hasBackendState } from '../state/backend-state.ts';

/**
 * Two sets of rules compete, and those of iptables win for ever: so every apply, whether it changes
 * anything or not, looks for what natc left in the other backend, and removes it.
 */

/**
 * After an apply through iptables.
 *
 * @param directory the state directory, which knows whether natc worked through nftables before
 * @param chains those of all tables
 */
export async function removeNftablesRules(
  host: Host,
  directory: string,
  chains: ReadChains,
): Promise<readonly Diagnostic[]> {
  const presence = await nftablesPresence(host, chains);
  const isKnown = await hasBackendState(directory, 'nftables');
  if (presence.kind === 'absent') {
    if (isKnown) await forgetBackendState(directory, 'nftables');
    return [];
  }
  if (presence.kind === 'no-nft' || presence.kind === 'unknown') {
    const reason = presence.kind === 'unknown' ? presence.reason : 'there is no nft';
    return isKnown ? [mayStand(reason)] : [];
  }
  const outcome = await cleanUp(host);
  if (outcome.kind === 'refused') return outcome.diagnostics;
  await forgetBackendState(directory, 'nftables');
  return removed(outcome.tables.map((table) => `table ${table}`));
}

/**
 * After an apply through nftables.
 *
 * @param chains those of all tables
 */
export async function removeIptablesRules(
  host: Host,
  directory: string,
  chains: ReadChains,
): Promise<readonly Diagnostic[]> {
  const variants = await iptablesVariantsWithRules(host, chains);
  if (variants.length === 0) {
    if (await hasBackendState(directory, 'iptables'))
      await forgetBackendState(directory, 'iptables');
    return [];
  }
  const outcome = await cleanUpIptables(host);
  if (outcome.kind === 'refused') return outcome.diagnostics;
  const left = await iptablesVariantsWithRules(host);
  if (left.length > 0) return [...removed(outcome.removed), stand(left)];
  await forgetBackendState(directory, 'iptables');
  return removed(outcome.removed);
}

/** The variants of iptables that hold rules of natc. */
export async function iptablesVariantsWithRules(
  host: Host,
  chains: ReadChains = chainReader(host),
): Promise<readonly IptablesVariant[]> {
  const variants: readonly IptablesVariant[] = ['nf_tables', 'legacy'];
  const found = await Promise.all(
    variants.map((variant) => iptablesRulesIn(host, variant, chains)),
  );
  return variants.filter((_, index) => found[index]);
}

/** Rules of natc in iptables, beside its tables in nftables. */
export const stand = (variants: readonly IptablesVariant[]): Diagnostic => ({
  code: 'NATC5092',
  severity: 'warning',
  message: `iptables (${variants.join(', ')}) holds rules of natc beside its tables in nftables, and the kernel obeys both`,
  places: [],
  hint: 'natc cleanup --backend iptables removes them; it needs the programs of that iptables',
});

const mayStand = (reason: string): Diagnostic => ({
  code: 'NATC5091',
  severity: 'warning',
  message: `natc worked through nftables before, and whether its tables are still there cannot be told: ${reason}`,
  places: [],
  hint: 'when nft can be run again: natc cleanup --backend nftables',
});

const removed = (what: readonly string[]): readonly Diagnostic[] =>
  what.length === 0
    ? []
    : [
        {
          code: 'NATC5054',
          severity: 'warning',
          message: `natc worked through the other backend before: removed ${what.join(', ')}`,
          places: [],
        },
      ];
