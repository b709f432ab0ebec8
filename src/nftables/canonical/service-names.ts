import { collections } from '../names.ts';
import type { CanonicalRuleset } from './canonical.ts';
import { commentedPort, keyFields } from './read-text.ts';

const frontendMaps = [
  collections.services,
  collections.nodePorts,
  collections.refusedServices,
  collections.refusedNodePorts,
];

/**
 * The Services (`namespace/name`) that have a frontend in a ruleset, whichever ServicePort and family:
 * the element comments name them, in the kernel too.
 */
export function serviceNames(ruleset: CanonicalRuleset): ReadonlySet<string> {
  const names = new Set<string>();
  for (const table of ruleset.tables) {
    for (const map of frontendMaps) {
      for (const rest of table.collections.get(map)?.elements.values() ?? []) {
        const service = commentedPort(rest)?.service;
        if (service !== undefined) names.add(service);
      }
    }
  }
  return names;
}

/** The addresses of Services that a ruleset has rules for. */
export function servedAddresses({ tables }: CanonicalRuleset): ReadonlySet<string> {
  const addresses = new Set<string>();
  for (const table of tables)
    for (const name of [collections.services, collections.refusedServices])
      for (const key of table.collections.get(name)?.elements.keys() ?? [])
        addresses.add(keyFields(key)[0] ?? '');
  return addresses;
}
