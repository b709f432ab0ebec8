/** The words of a ruleset are for readers: no answer hangs on them. */
import { expect, test } from 'vitest';
import { diffTraffic } from '../../src/diff/traffic.ts';
import { explain } from '../../src/explain/explain.ts';
import type { Explanation } from '../../src/explain/explanation.ts';
import { rulesetFrontends } from '../../src/explain/frontends.ts';
import type { Ruleset } from '../../src/nftables/ast.ts';
import { canonicalRuleset } from '../../src/nftables/canonical/canonical.ts';
import { clientMaps } from '../../src/nftables/canonical/client-maps.ts';
import { flowServicesOf } from '../../src/nftables/canonical/served-flows.ts';
import { servedAddresses } from '../../src/nftables/canonical/service-names.ts';
import { tableGuardsLoopback } from '../../src/nftables/host/loopback-guard.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import { reworded } from '../support/reworded.ts';
import { compileValid } from '../support/worlds-compile.ts';
import { neighbours } from '../support/worlds-mutations.ts';
import { forAll } from '../support/worlds-property.ts';

/** Only what is shown of an element, and the way itself, has comments in it. */
const withoutElements = (explanation: Explanation): unknown => ({
  ...explanation,
  endpoints: explanation.endpoints.map(({ branch, ...endpoint }) => ({
    ...endpoint,
    branch: { ...branch, trace: undefined },
  })),
  path: explanation.path.map((entry) =>
    entry.kind === 'rule'
      ? { ...entry, lookups: entry.lookups.map((lookup) => ({ ...lookup, element: undefined })) }
      : entry,
  ),
});

/** Asks about every destination of a ruleset, and about a port beside it. */
function answers(ruleset: Ruleset, localIPs: readonly string[]): readonly unknown[] {
  const host = { addresses: new Set(localIPs), routeLocalnet: true, isComplete: true };
  const subject = { ruleset, host, compiled: undefined };
  return ruleset.tables.flatMap((table) =>
    rulesetFrontends(table).flatMap(({ address, protocol, port }) => {
      const isIPv4 = table.family === 'ip';
      const own = localIPs.find((text) => text.includes(':') !== isIPv4);
      const destination = address ?? own;
      if (destination === undefined) return [];
      const sources = [isIPv4 ? '203.0.113.7' : '2001:db8:203::7', own ?? destination];
      return sources.flatMap((source) =>
        [port, port + 1].map((destinationPort) =>
          withoutElements(
            explain(subject, {
              ...{ source, destination, destinationPort, protocol },
              sourcePort: undefined,
              inInterface: undefined,
            }),
          ),
        ),
      );
    }),
  );
}

/** What the half that knows the host reads off what it keeps, or off what the kernel lists. */
function keptOf(ruleset: Ruleset): unknown {
  const kept = canonicalRuleset(ruleset);
  return [
    servedAddresses(kept),
    clientMaps(kept),
    flowServicesOf(kept),
    kept.tables.map(tableGuardsLoopback),
  ];
}

test('explain and diff answer the same whatever the words of comments', () => {
  let changes = 0;
  forAll(neighbours, 60, ({ before, after }) => {
    const { localIPs } = before.node;
    const [was, is] = [compileValid(before).ruleset, compileValid(after).ruleset];
    expect(renderNft(reworded(is))).not.toContain('endpoints, ');
    expect(answers(reworded(is), localIPs)).toEqual(answers(is, localIPs));
    expect(keptOf(reworded(is))).toEqual(keptOf(is));
    const diff = diffTraffic(was, is, new Set(localIPs));
    changes += diff.changes.length;
    expect(diffTraffic(reworded(was), reworded(is), new Set(localIPs))).toEqual(diff);
    return undefined;
  });
  expect(changes).toBeGreaterThan(0);
});
