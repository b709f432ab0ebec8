import { chains, collections } from '../nftables/names.ts';
import type { NftBranch } from '../nftables/simulate/trace.ts';

/**
 * How a packet ended that no Service took: passed on, or stopped because it goes to a Service's cluster
 * IP with another port (K1), or to an address that only Services may have (K2).
 */
export type Unmatched = 'passed' | 'no-such-port' | 'no-such-service';

/** @returns undefined when a Service had a say in the packet's course. */
export function unmatchedAs({ verdict, dnat, trace }: NftBranch): Unmatched | undefined {
  if (verdict === 'accept') return dnat ? undefined : 'passed';
  const step = trace?.step;
  if (step?.kind !== 'statement' || step.chain.name !== chains.refuseClusterIPs) return undefined;
  const isClusterIP = step.rule.statements.some(
    (statement) => statement.kind === 'in-set' && statement.set === collections.clusterIPs,
  );
  return isClusterIP ? 'no-such-port' : 'no-such-service';
}
