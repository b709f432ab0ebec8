import type { DryRunOutcome } from '../../host/change/dry-run.ts';
import type { Host } from '../../host/machine/host.ts';
import { findIptables, isTools, restoreCommand } from '../../host/machine/iptables-tools.ts';
import { ipFamilies } from '../../net/family.ts';
import { objectionsToTables, type TablesOptions } from './apply.ts';
import { areInPlace, readIptablesStamps } from './kernel-tables.ts';
import { type DesiredTables, isObserved, observeTables } from './observed.ts';
import { planChange } from './plan-apply.ts';
import { familyText, sendCommits } from './transaction.ts';

export type DryRunIptablesOptions = TablesOptions & {
  /** Have iptables-restore test the input. */
  readonly checkInKernel: boolean;
};

/** What apply by iptables would send, with nothing changed: neither the kernel nor the state directory. */
export async function dryRunIptables(
  host: Host,
  desired: DesiredTables,
  options: DryRunIptablesOptions,
): Promise<DryRunOutcome> {
  const { stateDirectory, verify, now } = options;
  const tools = await findIptables(host);
  if (!isTools(tools)) return { kind: 'refused', diagnostics: [tools] };
  const stamps = await readIptablesStamps(host);
  const lists = verify || !(await areInPlace(host, stamps));
  const observed = await observeTables(host, stateDirectory, stamps, desired.families, lists);
  if (!isObserved(observed)) return { kind: 'refused', diagnostics: [observed] };
  const { refuse, diagnostics } = await objectionsToTables(host, observed, desired, options);
  if (refuse) return { kind: 'guarded', diagnostics };
  const commits = planChange(observed, desired, undefined, now()).change?.commits ?? [];
  const script = ipFamilies
    .map((family) => ({ family, text: familyText(commits, family) }))
    .filter(({ text }) => text !== '')
    .map(({ family, text }) => `# ${restoreCommand[family]} --noflush --counters\n${text}`)
    .join('');
  if (!options.checkInKernel) return { kind: 'planned', script, diagnostics };
  const failure = await sendCommits(host, commits, ['--test']);
  return failure === undefined
    ? { kind: 'planned', script, diagnostics }
    : { kind: 'refused', diagnostics: [failure] };
}
