import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { IptablesRuleset } from '../iptables/ast.ts';
import { renderIptablesRestore } from '../iptables/render/iptables-restore.ts';
import type { Host } from './host.ts';
import { iptablesFailure, restoreCommand } from './iptables-tools.ts';
import { inThrowAwayNamespace } from './throw-away-namespace.ts';

/** The lock file in /run is not an ordinary user's, so the check gets a /run of its own. */
const script = 'mount -t tmpfs tmpfs /run && exec "$0" --noflush';

/** Loads the rules in a network namespace that lives as long as the check: nothing else can change. */
export async function checkIptablesInKernel(
  host: Host,
  rulesets: readonly IptablesRuleset[],
): Promise<readonly Diagnostic[]> {
  for (const ruleset of rulesets) {
    const { family } = ruleset;
    const text = renderIptablesRestore([ruleset]);
    const checked = await inThrowAwayNamespace(host, ['sh'], (namespace) =>
      host.run('unshare', [namespace, '-m', 'sh', '-c', script, restoreCommand[family]], text),
    );
    if (checked.kind === 'no-namespace') return checked.diagnostics;
    const failure = iptablesFailure(checked.result, family, text);
    if (failure !== undefined) return [failure];
  }
  return [];
}
