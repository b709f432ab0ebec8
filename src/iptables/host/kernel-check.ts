import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Host } from '../../host/machine/host.ts';
import {
  iptablesFailure,
  plainCommand,
  restoreCommand,
} from '../../host/machine/iptables-tools.ts';
import { inThrowAwayNamespace, notLoaded } from '../../host/machine/throw-away-namespace.ts';
import type { IptablesRuleset } from '../ast.ts';
import { renderIptablesRestore } from '../render/iptables-restore.ts';

/** Comes last: what is listed afterwards shows that what came before was taken, too. */
const proof = '*nat\n:NATC-CHECK - [0:0]\nCOMMIT\n';

/** The lock file in /run is not an ordinary user's, so the check gets a /run of its own. */
const script =
  'mount -t tmpfs tmpfs /run && "$1" --noflush || exit "$?"; "$2" -t nat -S NATC-CHECK 2>/dev/null || true';

/** Loads the rules in a network namespace that lives as long as the check: nothing else can change. */
export async function checkIptablesInKernel(
  host: Host,
  rulesets: readonly IptablesRuleset[],
): Promise<readonly Diagnostic[]> {
  for (const ruleset of rulesets) {
    const { family } = ruleset;
    const text = renderIptablesRestore([ruleset]);
    const checked = await inThrowAwayNamespace(host, () => ({
      script,
      args: [restoreCommand[family], plainCommand[family]],
      stdin: text + proof,
      mounts: true,
    }));
    if (checked.kind === 'no-namespace') return checked.diagnostics;
    const { result } = checked;
    const failure = iptablesFailure(result, family, text);
    if (failure !== undefined) return [failure];
    if (result.kind === 'exited' && !result.stdout.split('\n').includes('-N NATC-CHECK'))
      return [notLoaded(restoreCommand[family])];
  }
  return [];
}
