import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { BackendName } from '../../options.ts';
import type { Host } from '../machine/host.ts';
import type { ReadChains } from '../machine/kernel-chains.ts';
import { cannotPrepare } from '../state/confirmation.ts';

/** Where to look for rules that natc left. */
export interface SearchedHost {
  readonly host: Host;
  readonly stateDirectory: string;
  /** The chains of all tables. */
  readonly chains: ReadChains;
}

/**
 * What a backend tells of natc's rules in it while natc works through another one. The kernel obeys both sets of
 * rules: so every apply, whether it changes anything or not, has what natc left in the others removed.
 */
export interface Leftovers {
  readonly backend: BackendName;
  /** Whether the state directory knows of rules that natc gave to this backend and did not remove since. */
  readonly isRemembered: (stateDirectory: string) => Promise<boolean>;
  /** Whether natc works through this backend here, as far as can be told. */
  readonly isInUse: (searched: SearchedHost) => Promise<boolean>;
  /** Whether there are rules of it that compete with those of another backend. */
  readonly areThere: (searched: SearchedHost) => Promise<boolean>;
  /** A look that takes no longer than telling an input that did not change; true: an apply has to look closer. */
  readonly mayBeThere: (searched: SearchedHost) => Promise<boolean>;
  /** @param beside what natc has through the other backend, in words: `its tables in nftables` */
  readonly find: (searched: SearchedHost, beside: string) => Promise<FoundLeftovers>;
  /**
   * Removes the rules, and forgets what the state directory says of them.
   *
   * @param beside see {@link Leftovers.find}
   */
  readonly retire: (searched: SearchedHost, beside: string) => Promise<readonly Diagnostic[]>;
}

export interface FoundLeftovers {
  /** `iptables (legacy)` and the like; empty where nothing is left. */
  readonly places: readonly string[];
  readonly warnings: readonly Diagnostic[];
}

/** Why a change cannot wait to be confirmed: what another backend holds would be lost. */
export async function objectionToWaiting(
  others: readonly Leftovers[],
  searched: SearchedHost,
): Promise<readonly Diagnostic[]> {
  for (const { backend, areThere } of others)
    if (await areThere(searched)) return [cannotPrepare(`natc works through ${backend} here`)];
  return [];
}

/** Whether natc may have left rules in one of them. */
export async function mayBeElsewhere(
  others: readonly Leftovers[],
  searched: SearchedHost,
): Promise<boolean> {
  for (const { mayBeThere } of others) if (await mayBeThere(searched)) return true;
  return false;
}

/** What natc left in all of them. */
export async function findLeftovers(
  others: readonly Leftovers[],
  searched: SearchedHost,
  beside: string,
): Promise<FoundLeftovers> {
  const places: string[] = [];
  const warnings: Diagnostic[] = [];
  for (const { find } of others) {
    const found = await find(searched, beside);
    places.push(...found.places);
    warnings.push(...found.warnings);
  }
  return { places, warnings };
}

/** Removes what natc left in all of them. */
export async function retireLeftovers(
  others: readonly Leftovers[],
  searched: SearchedHost,
  beside: string,
): Promise<readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  for (const { retire } of others) diagnostics.push(...(await retire(searched, beside)));
  return diagnostics;
}

/** Whether the state directory knows of rules in one of them. */
export async function isAnyRemembered(
  backends: readonly Leftovers[],
  stateDirectory: string,
): Promise<boolean> {
  for (const { isRemembered } of backends) if (await isRemembered(stateDirectory)) return true;
  return false;
}

/** Says what was removed. */
export const warnOfRetired = (what: readonly string[]): readonly Diagnostic[] =>
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
