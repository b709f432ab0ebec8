import type { AnyElement } from '../nftables/simulate/prepare.ts';
import type { NftBranch } from '../nftables/simulate/trace.ts';
import type { ExplainedEndpoint } from './explanation.ts';
import type { BranchReasons } from './reasons.ts';

/** A branch with what the ruleset says about the endpoint it leads to. */
export function explainEndpoint(
  branch: NftBranch,
  { masquerade }: BranchReasons,
): ExplainedEndpoint {
  const element = endpointElement(branch);
  return {
    branch,
    masqueradeReason: masquerade,
    nodeName: element && 'nodeName' in element ? element.nodeName : undefined,
    origin: element?.origin,
  };
}

/** The element that DNAT took the endpoint from. */
function endpointElement({ trace }: NftBranch): AnyElement | undefined {
  for (let at = trace; at !== undefined; at = at.before) {
    const { step } = at;
    if (step.kind === 'statement' && step.effect.kind === 'dnat') return step.effect.lookup.element;
  }
  return undefined;
}
