import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { describeRun, type Host, type RunResult } from '../../host/machine/host.ts';
import { isAbsent } from '../../host/machine/nft-error.ts';
import type { NftFamily } from '../../net/family.ts';
import type { Ruleset } from '../ast.ts';
import { tableName } from '../names.ts';
import { isDormantListing } from '../parse/dormant.ts';
import { parseNft } from '../parse/parse-nft.ts';
import { nftDiagnostics } from './nft-error.ts';
import { withoutStamp } from './stamp.ts';

/**
 * The ruleset that the kernel holds, read from nft's listing; what session affinity has learnt stands
 * in it as elements of the client maps. Slow for many Services (about 11 s at 200,000 elements).
 *
 * @returns no ruleset when there is none, it is asleep, or it cannot be listed (NATC5001, 5002, 5031, 5032, 5086, 4101).
 */
export async function listKernelRuleset(
  host: Host,
  families: readonly NftFamily[],
): Promise<{ readonly ruleset?: Ruleset; readonly diagnostics: readonly Diagnostic[] }> {
  const listings: string[] = [];
  for (const family of families) {
    const result = await host.run('nft', ['list', 'table', family, tableName]);
    if (isAbsent(result)) continue;
    if (result.kind !== 'exited' || result.exitCode !== 0) {
      return { diagnostics: listingDiagnostics(result, family) };
    }
    if (isDormantListing(result.stdout)) return { diagnostics: [dormant(family)] };
    listings.push(withoutStamp(result.stdout));
  }
  if (listings.length === 0) return { diagnostics: [absent(families)] };
  const { ruleset, diagnostics } = parseNft({ name: 'nft list table', text: listings.join('\n') });
  return ruleset === undefined ? { diagnostics } : { ruleset, diagnostics };
}

function listingDiagnostics(result: RunResult, family: NftFamily): readonly Diagnostic[] {
  const known = nftDiagnostics(result, { tables: [] });
  if (known.some(({ code }) => code === 'NATC5001' || code === 'NATC5002')) return known;
  return [
    {
      code: 'NATC5032',
      severity: 'error',
      message: `nft cannot list table ${family} ${tableName}: ${describeRun(result)}`,
      places: [],
      hint: 'ask about a ruleset file instead: --ruleset',
    },
  ];
}

const dormant = (family: NftFamily): Diagnostic => ({
  code: 'NATC5086',
  severity: 'error',
  message: `table ${family} ${tableName} is asleep (flags dormant): none of its rules is in force`,
  places: [],
  hint: 'natc apply wakes it; what its rules would do, a ruleset file tells: --ruleset',
});

const absent = (families: readonly NftFamily[]): Diagnostic => ({
  code: 'NATC5031',
  severity: 'error',
  message: `the kernel holds no table ${families.map((family) => `${family} ${tableName}`).join(' or ')}`,
  places: [],
  hint: 'load the rules with natc apply, or ask in another network namespace',
});
