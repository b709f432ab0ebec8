import type { Ruleset } from '../nftables/ast.ts';
import { hasLoopbackGuard } from '../nftables/simulate/loopback-guard.ts';
import type { Subject } from './context.ts';

/**
 * What can be asked of a ruleset that no kernel holds: route_localnet is taken to be on where the ruleset
 * guards the loopback, and only there, as natc apply would have it.
 *
 * @param addresses the node's, as far as they are known
 * @param compiled what the ruleset was made from; undefined for one that was read from text
 */
export function offlineSubject(
  ruleset: Ruleset,
  addresses: readonly string[],
  compiled: Subject['compiled'],
): Subject {
  const routeLocalnet = ruleset.tables.some(hasLoopbackGuard);
  return {
    ruleset,
    compiled,
    host: { addresses: new Set(addresses), routeLocalnet, isComplete: false },
  };
}
