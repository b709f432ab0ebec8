/** What the kernel holds, in a form that can be compared. */

import type { NftFamily } from '../../src/net/family.ts';
import { canonicalTable } from '../../src/nftables/canonical/canonical.ts';
import { withoutStamp } from '../../src/nftables/host/stamp.ts';
import { parseNft } from '../../src/nftables/parse/parse-nft.ts';
import type { KernelAgent } from './kernel-agent.ts';

/** The kernel's listing with the order of its parts taken out; pins are not part of a ruleset. */
export async function listing(agent: KernelAgent) {
  const tables: Record<string, unknown> = {};
  for (const family of ['ip', 'ip6'] satisfies readonly NftFamily[]) {
    const { status, stdout } = await agent.run(['nft', 'list', 'table', family, 'natc']);
    if (status !== 0) continue;
    const { ruleset, diagnostics } = parseNft({ name: family, text: withoutStamp(stdout) });
    const [table] = ruleset?.tables ?? [];
    if (table === undefined) throw new Error(diagnostics[0]?.message);
    const { comment, collections, chains } = canonicalTable(table);
    tables[family] = {
      comment,
      chains: Object.fromEntries(chains),
      collections: Object.fromEntries(
        [...collections].map(([name, collection]) => [
          name,
          { ...collection, elements: Object.fromEntries(collection.elements) },
        ]),
      ),
    };
  }
  return tables;
}
