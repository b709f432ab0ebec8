import { type Sysctl, sysctlsFor } from '../../host/machine/sysctl.ts';
import { type IpFamily, ipFamilies } from '../../net/family.ts';
import { chains } from '../names.ts';
import type { KernelRules } from '../tables.ts';
import { mangleGuardsLoopback } from './loopback-guard.ts';

/*
 * What an earlier revision relies on, told by its rules: no plan of it is kept, and whether natc or
 * somebody else had switched a sysctl on for it does not matter to packets.
 */

/** The sysctls that the rules of a revision rely on. */
export const neededByTables = (rules: KernelRules): readonly Sysctl[] =>
  sysctlsFor(
    ipFamilies.map((family: IpFamily) => {
      const { mangle, nat, filter } = rules[family];
      const has = (...names: readonly string[]) =>
        names.some((name) =>
          [nat, filter].some((table) => (table.chains.get(name)?.length ?? 0) > 0),
        );
      const hasNodePorts = has(chains.nodePorts, chains.refuseNodePorts);
      return {
        family,
        hasServices: hasNodePorts || has(chains.services, chains.refuseServices),
        hasNodePorts,
        loopback: mangleGuardsLoopback(mangle),
      };
    }),
  );
