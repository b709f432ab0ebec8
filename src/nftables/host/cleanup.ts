import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Host, RunResult } from '../../host/machine/host.ts';
import { isAbsent, nftFailure } from '../../host/machine/nft-error.ts';
import { warnOfRouteLocalnet } from '../../host/machine/sysctl.ts';

const tables = ['ip natc', 'ip6 natc'] as const;

export type CleanupOutcome =
  /** `tables` are those that were there; none when there was nothing to do. */
  | {
      readonly kind: 'clean';
      readonly tables: readonly string[];
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/**
 * Deletes natc's tables, and nothing else, in one transaction. Other tables are not even listed: an
 * old nft may crash on what a newer one made.
 */
export async function cleanUp(host: Host): Promise<CleanupOutcome> {
  const present: string[] = [];
  for (const table of tables) {
    const result = await host.run('nft', ['-t', 'list', 'table', ...table.split(' ')]);
    if (isAbsent(result)) continue;
    if (result.kind === 'not-started' || notPermitted(result)) {
      return { kind: 'refused', diagnostics: nftFailure(result) };
    }
    // Also when nft crashed on the listing: deleting a table does not need it.
    present.push(table);
  }
  if (present.length === 0) return { kind: 'clean', tables: [], diagnostics: [] };
  // Adding first makes the deletion succeed if another process was quicker.
  const script = present.map((table) => `add table ${table}\ndelete table ${table}\n`).join('');
  const result = await host.run('nft', ['-f', '-'], script);
  const diagnostics = nftFailure(result);
  if (diagnostics.length > 0) return { kind: 'refused', diagnostics };
  return { kind: 'clean', tables: present, diagnostics: await warnOfRouteLocalnet(host) };
}

const notPermitted = (result: RunResult): boolean =>
  result.kind === 'exited' && result.stderr.includes('Operation not permitted');
