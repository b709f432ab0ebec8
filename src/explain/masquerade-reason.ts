import { chains, collections } from '../nftables/names.ts';
import type { StatementStep } from '../nftables/simulate/trace.ts';
import type { Reason } from './explanation.ts';

/**
 * Why a packet was marked for masquerade (M1, M2, M4, P3).
 *
 * @param transfers the jumps and gotos that led to the mark, the last one last.
 */
export function markReason(transfers: readonly StatementStep[]): Reason {
  const jump = transfers.at(-1);
  if (jump?.chain.name === chains.dispatch) return clusterIPReason(jump);
  if (transfers.at(-2)?.chain.role === 'external-local') {
    return { text: 'it is made on this node' };
  }
  return { text: 'the endpoint may be on any node, and has to answer through this one' };
}

function clusterIPReason({ rule }: StatementStep): Reason {
  for (const statement of rule.statements) {
    if (statement.kind === 'address') {
      return { text: `the client is no pod: its address is outside ${statement.network}` };
    }
    if (statement.kind === 'iifname') {
      return { text: `the client is no pod: it did not come in through ${statement.name}` };
    }
  }
  return { text: '--masquerade-all is on' };
}

/** M6: found in the set of endpoints that may reach themselves. */
export function hairpinReason({ effect }: StatementStep): Reason | undefined {
  if (effect.kind !== 'match' || effect.lookup?.collection.name !== collections.hairpin) {
    return undefined;
  }
  const { element } = effect.lookup;
  return element === undefined
    ? undefined
    : { text: 'the client is this endpoint itself', origin: element.origin };
}
