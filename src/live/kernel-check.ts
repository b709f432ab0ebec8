import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { renderNft } from '../render/nft.ts';
import type { Ruleset } from '../ruleset/ast.ts';
import { describeRun, type Host, type RunResult } from './host.ts';
import { nftDiagnostics } from './nft-error.ts';
import { elementCount, rulesetPortions } from './portions.ts';

/** An unprivileged nft 1.0.6 gets "Message too long" from the kernel above about 5,270 elements. */
const unprivilegedElements = 4000;

const newNamespace = '-n';
const newUserAndNetworkNamespace = '-Urn';

/**
 * Has the kernel check a ruleset in a network namespace that lives as long as the check: nothing on
 * the host can change, and root is not needed where user namespaces are allowed.
 */
export async function checkInKernel(host: Host, ruleset: Ruleset): Promise<readonly Diagnostic[]> {
  const attempts = host.isRoot
    ? [newNamespace, newUserAndNetworkNamespace]
    : [newUserAndNetworkNamespace];
  let failure = '';
  for (const namespace of attempts) {
    const result = await runCheck(host, namespace, ruleset);
    if (!namespaceFailed(result)) return nftDiagnostics(result, ruleset);
    failure = describeRun(result);
  }
  return [
    {
      code: 'NATC5005',
      severity: 'error',
      message: `cannot make a throw-away network namespace for the kernel's check: ${failure}`,
      places: [],
      hint: 'run as root or allow unprivileged user namespaces; --no-kernel leaves this check out',
    },
  ];
}

function runCheck(host: Host, namespace: string, ruleset: Ruleset): Promise<RunResult> {
  const inPortions =
    namespace === newUserAndNetworkNamespace && elementCount(ruleset) > unprivilegedElements;
  if (!inPortions) {
    return host.run('unshare', [namespace, 'nft', '-c', '-f', '-'], renderNft(ruleset));
  }
  const portions = rulesetPortions(ruleset, unprivilegedElements);
  const sizes = portions.map((text) => String(Buffer.byteLength(text)));
  const script = 'for size; do head -c "$size" | nft -f - || exit "$?"; done';
  return host.run('unshare', [namespace, 'sh', '-c', script, 'sh', ...sizes], portions.join(''));
}

/** unshare itself failed, or is not there; when only nft is missing, the namespace was fine. */
const namespaceFailed = (result: RunResult): boolean =>
  result.kind === 'not-started' ||
  (result.kind === 'exited' &&
    result.exitCode !== 0 &&
    /^unshare: /m.test(result.stderr) &&
    !result.stderr.includes('failed to execute nft'));
