import { type Sysctl, sysctlsFor } from '../../host/machine/sysctl.ts';
import type { CanonicalRuleset } from '../canonical/canonical.ts';
import { collections } from '../names.ts';
import { tableGuardsLoopback } from './loopback-guard.ts';

/*
 * What an earlier revision relies on, told by its rules: no plan of it is kept, and whether natc or
 * somebody else had switched a sysctl on for it does not matter to packets.
 */

const familyOf = { ip: 'IPv4', ip6: 'IPv6' } as const;

/** The sysctls that the rules of a revision rely on. */
export const neededByRuleset = ({ tables }: CanonicalRuleset): readonly Sysctl[] =>
  sysctlsFor(
    tables.map((table) => {
      const has = (...names: readonly string[]) =>
        names.some((name) => (table.collections.get(name)?.elements.size ?? 0) > 0);
      const hasNodePorts = has(collections.nodePorts, collections.refusedNodePorts);
      return {
        family: familyOf[table.family],
        hasServices: hasNodePorts || has(collections.services, collections.refusedServices),
        hasNodePorts,
        loopback: tableGuardsLoopback(table),
      };
    }),
  );
