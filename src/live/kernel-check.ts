import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Ruleset } from '../nftables/ast.ts';
import { renderNft } from '../nftables/render/nft.ts';
import type { Host, RunResult } from './host.ts';
import { nftDiagnostics } from './nft-error.ts';
import { elementCount, rulesetPortions } from './portions.ts';
import { inThrowAwayNamespace, type NamespaceFlag } from './throw-away-namespace.ts';

/**
 * In a user namespace nft 1.0.6 gets "Message too long" from the kernel above some 3,000 to 5,000
 * elements, depending on their size (3,400 with short comments).
 */
const unprivilegedElements = 1000;

/**
 * Has the kernel check a ruleset in a network namespace that lives as long as the check: nothing on
 * the host can change, and root is not needed where user namespaces are allowed.
 */
export async function checkInKernel(host: Host, ruleset: Ruleset): Promise<readonly Diagnostic[]> {
  const checked = await inThrowAwayNamespace(host, ['nft'], (namespace) =>
    runCheck(host, namespace, ruleset),
  );
  return checked.kind === 'no-namespace'
    ? checked.diagnostics
    : nftDiagnostics(checked.result, ruleset);
}

function runCheck(host: Host, namespace: NamespaceFlag, ruleset: Ruleset): Promise<RunResult> {
  const inPortions = namespace === '-Urn' && elementCount(ruleset) > unprivilegedElements;
  if (!inPortions) {
    return host.run('unshare', [namespace, 'nft', '-c', '-f', '-'], renderNft(ruleset));
  }
  const portions = rulesetPortions(ruleset, unprivilegedElements);
  const sizes = portions.map((text) => String(Buffer.byteLength(text)));
  const script = 'for size; do head -c "$size" | nft -f - || exit "$?"; done';
  return host.run('unshare', [namespace, 'sh', '-c', script, 'sh', ...sizes], portions.join(''));
}
