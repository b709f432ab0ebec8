/** What the real kube-proxy wrote for the behaviour cases, read and walked: the cases hold, and natc does the same. */
import { describe, expect, test } from 'vitest';
import { diffListedTraffic } from '../../src/diff/listed-traffic.ts';
import { interpretListing, prepareListing } from '../../src/kube-proxy/simulate.ts';
import { readCase } from '../support/cases.ts';
import { canonical } from '../support/kernel-packets.ts';
import { expectationOf, hostOf, packetOf } from '../support/simulate.ts';
import { natcOf, readRecorded, recordedListings } from './recorded.ts';
import { describeChanges, isMeantFlow, isOfIptablesMode } from './told.ts';

describe.each(recordedListings)('$path', ({ name, mode, path }) => {
  const { node, flows } = readCase(name);

  test('packets go where the case says', () => {
    const listing = readRecorded(path);
    const prepared = prepareListing(listing.rules);
    const host = hostOf(node.localIPs, false);
    for (const flow of flows.filter((each) => !isMeantFlow(each))) {
      const outcome = expectationOf(interpretListing(prepared, packetOf(flow, host), host));
      if (mode === 'iptables' && isOfIptablesMode(outcome, flow.expect)) continue;
      expect(outcome, `${flow.name}: ${JSON.stringify(flow)}`).toEqual(flow.expect);
    }
  });

  test('natc treats no packet otherwise, but where it means to', () => {
    const listing = readRecorded(path);
    const { diff, notUnderstood, familiesLeftOut } = diffListedTraffic(
      { ruleset: listing.outline, listing },
      natcOf(name),
      new Set(node.localIPs.map(canonical)),
    );
    expect({ notUnderstood, familiesLeftOut }).toEqual({ notUnderstood: [], familiesLeftOut: [] });
    expect(describeChanges(diff.changes.filter(({ known }) => known === undefined))).toEqual([]);
  });
});
