import { collections } from '../names.ts';
import type { CanonicalRuleset } from './canonical.ts';

const frontendMaps = [
  collections.services,
  collections.nodePorts,
  collections.refusedServices,
  collections.refusedNodePorts,
];

const commentPattern = /^ comment "([^":]+)/;

/**
 * The Services (`namespace/name`) that have a frontend in a ruleset, whichever ServicePort and family:
 * the element comments name them, in the kernel too.
 */
export function serviceNames(ruleset: CanonicalRuleset): ReadonlySet<string> {
  const names = new Set<string>();
  for (const table of ruleset.tables) {
    for (const map of frontendMaps) {
      for (const rest of table.collections.get(map)?.elements.values() ?? []) {
        const name = commentPattern.exec(rest)?.[1];
        if (name !== undefined) names.add(name);
      }
    }
  }
  return names;
}
