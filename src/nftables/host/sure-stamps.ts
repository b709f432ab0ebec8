import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Host } from '../../host/machine/host.ts';
import { readStamps, type Stamps } from './kernel-tables.ts';
import { commonRevision } from './observed.ts';

/*
 * For going back, where a stamp that could not be read must not count as absent: then there would be
 * nothing to undo.
 */

interface Unsure {
  readonly refusals: readonly Diagnostic[];
}

/** The stamps of natc's tables in nftables. */
export async function sureStamps(host: Host): Promise<Stamps | Unsure> {
  const stamps = await readStamps(host);
  if ('refusals' in stamps || stamps.unread === undefined) return stamps;
  // One family may be beyond this kernel.
  if (commonRevision(stamps) !== undefined) return stamps;
  return {
    refusals: [
      {
        code: 'NATC5125',
        severity: 'error',
        message: `cannot tell which revision the kernel holds: ${stamps.unread}`,
        places: [],
        hint: 'look which nft it is that natc runs (command -v nft), and why it fails; then run natc again',
      },
    ],
  };
}
