import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Host } from '../../host/machine/host.ts';
import {
  type Inside,
  inThrowAwayNamespace,
  type NamespaceFlag,
  notLoaded,
} from '../../host/machine/throw-away-namespace.ts';
import type { Ruleset } from '../ast.ts';
import { listedKeys } from '../parse/listed-keys.ts';
import { renderNft } from '../render/nft.ts';
import { nftDiagnostics } from './nft-error.ts';
import { elementCount, rulesetPortions } from './portions.ts';

/**
 * In a user namespace nft 1.0.6 gets "Message too long" from the kernel above some 3,000 to 5,000
 * elements, depending on their size (3,400 with short comments).
 */
const unprivilegedElements = 1000;

/** Comes last: what is listed afterwards shows that the kernel took what came before, too. */
const proof = `add table ip natc-check
add set ip natc-check proof { typeof meta mark; }
add element ip natc-check proof { 0x6e617463 }
`;

const isProof = (listing: string): boolean =>
  listedKeys(listing).some(([key]) => key === '0x6e617463');

const listProof = 'nft list set ip natc-check proof 2>/dev/null || true';

/**
 * Has the kernel load a ruleset in a network namespace that lives as long as the check: nothing on
 * the host can change, and root is not needed where user namespaces are allowed.
 */
export async function checkInKernel(host: Host, ruleset: Ruleset): Promise<readonly Diagnostic[]> {
  const checked = await inThrowAwayNamespace(host, (namespace) => loading(namespace, ruleset));
  if (checked.kind === 'no-namespace') return checked.diagnostics;
  const { result } = checked;
  const refusals = nftDiagnostics(result, ruleset);
  if (refusals.length > 0 || result.kind !== 'exited') return refusals;
  return isProof(result.stdout) ? [] : [notLoaded('nft')];
}

function loading(namespace: NamespaceFlag, ruleset: Ruleset): Inside {
  const inPortions = namespace === '-Urn' && elementCount(ruleset) > unprivilegedElements;
  if (!inPortions)
    return {
      script: `nft -f - || exit "$?"; ${listProof}`,
      args: [],
      stdin: renderNft(ruleset) + proof,
      mounts: false,
    };
  const portions = [...rulesetPortions(ruleset, unprivilegedElements), proof];
  return {
    script: `for size; do head -c "$size" | nft -f - || exit "$?"; done; ${listProof}`,
    args: portions.map((text) => String(Buffer.byteLength(text))),
    stdin: portions.join(''),
    mounts: false,
  };
}
