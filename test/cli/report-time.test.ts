/** When a report was made, which is the one thing in it that its input does not tell. */
import { expect, test } from 'vitest';
import { reportFacts, reportTime } from '../../src/cli/diff/report-facts.ts';
import { defaultOptions } from '../../src/options.ts';

const now = Date.parse('2026-02-03T04:05:06.789Z');

test('is now, or what SOURCE_DATE_EPOCH says', () => {
  expect(reportTime({}, now)).toBe('2026-02-03T04:05:06Z');
  expect(reportTime({ SOURCE_DATE_EPOCH: '1767225600' }, now)).toBe('2026-01-01T00:00:00Z');
  for (const odd of ['', 'soon', '-1', '1e9', '99999999999999999999'])
    expect(reportTime({ SOURCE_DATE_EPOCH: odd }, now)).toBe('2026-02-03T04:05:06Z');
});

test('the head has node, addresses, options, backend, version and time', () => {
  const options = { ...defaultOptions, nodeName: 'node-a', clusterCIDRs: ['10.244.0.0/16'] };
  const addresses = { of: 'one', addresses: ['192.168.0.11', '2001:db8::11'] } as const;
  const facts = reportFacts({ node: 'node-a', addresses, options }, { backend: 'iptables' }, {});
  const names = ['Node', 'Addresses', 'Options', 'Backend', 'natc', 'Time'];
  expect(facts.map(({ name }) => name)).toEqual(names);
  expect(facts.slice(0, 4).map(({ value }) => value)).toEqual([
    'node-a',
    '192.168.0.11, 2001:db8::11',
    '--cluster-cidr 10.244.0.0/16',
    'iptables',
  ]);
  const none = { of: 'one', addresses: [] } as const;
  const unnamed = { node: undefined, addresses: none, options: undefined };
  const bare = reportFacts(unnamed, { backend: 'nftables' }, {});
  expect(bare.slice(0, 3).map(({ value }) => value)).toEqual([
    'without a name',
    'none known',
    'none',
  ]);
});

test('of several nodes it names the addresses of some', () => {
  const byNode = new Map(Array.from({ length: 10 }, (_, i) => [`node-${i}`, [`192.168.0.${i}`]]));
  const addresses = { of: 'several', byNode } as const;
  const reported = { node: '10 nodes', addresses, options: undefined };
  const facts = reportFacts(reported, { backend: 'nftables' }, {});
  expect(facts[1]?.value).toMatch(
    /^node-0 192\.168\.0\.0; node-1 .*; node-7 192\.168\.0\.7; and of 2 more$/,
  );
});
