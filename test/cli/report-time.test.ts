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

test('the head has node, options, backend, version and time', () => {
  const options = { ...defaultOptions, nodeName: 'node-a', clusterCIDRs: ['10.244.0.0/16'] };
  const facts = reportFacts({ node: 'node-a', options }, { backend: 'iptables' }, {});
  expect(facts.map(({ name }) => name)).toEqual(['Node', 'Options', 'Backend', 'natc', 'Time']);
  expect(facts.slice(0, 3).map(({ value }) => value)).toEqual([
    'node-a',
    '--cluster-cidr 10.244.0.0/16',
    'iptables',
  ]);
  const bare = reportFacts({ node: undefined, options: undefined }, { backend: 'nftables' }, {});
  expect(bare.slice(0, 2).map(({ value }) => value)).toEqual(['without a name', 'none']);
});
