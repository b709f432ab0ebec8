import type { DryRunOptions, DryRunOutcome } from '../../host/change/dry-run.ts';
import { dormantTables, wake, warnOfDormant } from '../../host/machine/dormant.ts';
import { type Host, succeeded } from '../../host/machine/host.ts';
import { renderScript } from '../script.ts';
import { objectionsTo } from './apply.ts';
import { ownTables, stampedFamilies } from './dormant.ts';
import { readStamps } from './kernel-tables.ts';
import { nftDiagnostics } from './nft-error.ts';
import { type DesiredRuleset, observeRuleset } from './observed.ts';
import { plannedTransaction } from './reconcile.ts';
import { isBusy } from './transaction.ts';

/** What apply would do, with nothing changed: neither the kernel nor the state directory. */
export async function dryRun(
  host: Host,
  desired: DesiredRuleset,
  options: DryRunOptions,
): Promise<DryRunOutcome> {
  const stamps = await readStamps(host);
  if ('refusals' in stamps) return { kind: 'refused', diagnostics: stamps.refusals };
  const observed = await observeRuleset(
    host,
    options.stateDirectory,
    stamps,
    options.verify ? undefined : desired.written,
  );
  const { refuse, diagnostics: objections } = await objectionsTo(host, observed, desired, options);
  if (refuse) return { kind: 'guarded', diagnostics: objections };
  const dormant =
    observed.dormant.length > 0
      ? ownTables(observed.dormant)
      : await dormantTables(host, ownTables(stampedFamilies(stamps)));
  const diagnostics = [...objections, ...warnOfDormant(dormant)];
  const first = dormant.map(wake).join('');
  const planned = await plannedTransaction(host, observed, desired, options.now());
  if (planned === undefined) return { kind: 'planned', script: first, diagnostics };
  const { operations, cleanup } = planned.transaction;
  const script = renderScript([...operations, ...cleanup]);
  const whole = first + script;
  if (!options.checkInKernel) return { kind: 'planned', script: whole, diagnostics };
  const check = (text: string) => host.run('nft', ['-c', '-f', '-'], text);
  let result = await check(script);
  // Kernels before 6.2: apply would send the clean-up by itself.
  if (cleanup.length > 0 && isBusy(result)) result = await check(renderScript(operations));
  return succeeded(result)
    ? { kind: 'planned', script: whole, diagnostics }
    : { kind: 'refused', diagnostics: nftDiagnostics(result, desired.ruleset()) };
}
