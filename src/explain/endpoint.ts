import type { AnyElement } from '../nftables/simulate/prepare.ts';
import type { NftBranch } from '../nftables/simulate/trace.ts';
import type { ExplainedEndpoint } from './explanation.ts';
import { formatEndpoint } from './question.ts';
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
    nodeName: element && nodeNameOf(branch, element),
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

/** The comment block of the Service names each endpoint's node. */
function nodeNameOf(branch: NftBranch, { owner }: AnyElement): string | undefined {
  const words = owner?.lines.join(' ') ?? '';
  const endpoint = `${formatEndpoint(branch.destination, branch.destinationPort)} on `;
  const at = words.indexOf(endpoint);
  return at === -1 ? undefined : /^[^\s,]+/.exec(words.slice(at + endpoint.length))?.[0];
}
