/** natc apply --follow through iptables. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Host } from '../../../src/host/machine/host.ts';
import { readIptablesStamps } from '../../../src/iptables/host/kernel-tables.ts';
import { loadLastApply } from '../../../src/iptables/host/last-apply.ts';
import { revisionOf } from '../../../src/iptables/host/observed.ts';
import { loadTables } from '../../../src/iptables/host/revision-store.ts';
import { type Following, startFollowing } from '../../support/follow-fixture.ts';
import { followedNode, webService, webSlice } from '../../support/follow-world.ts';
import { describeWithIptables } from '../../support/iptables-node.ts';
import { type KernelAgent, startAgent } from '../../support/kernel-agent.ts';
import { hostOn } from '../../support/live-host.ts';
import { type StandIn, startStandIn } from '../../support/stand-in-api.ts';

describeWithIptables('natc apply --follow', (variant) => {
  let api: StandIn;
  let agent: KernelAgent;
  let following: Following;
  const host = (): Host => {
    const { run, ...rest } = hostOn(agent.run);
    const named = (command: string) =>
      command.replace(/^ip6?tables(?!-(?:nft|legacy))/, `$&-${variant}`);
    return { ...rest, run: (command, ...more) => run(named(command), ...more) };
  };
  beforeEach(async () => {
    [api, agent] = await Promise.all([startStandIn(), startAgent()]);
    for (const object of [followedNode(), webService(1), webSlice(1, [5])]) api.put(object);
    following = startFollowing(api, host(), { flags: { backend: 'iptables' } });
    await following.until(() => following.synced.length > 0, 60);
  }, 90_000);
  afterEach(async () => {
    await following.end();
    await Promise.all([api.close(), agent.dispose()]);
  });
  const rules = () => agent.must([`iptables-${variant}-save`, '-t', 'nat']);

  test('a change reaches the kernel, and what others removed is put back', async () => {
    expect(await rules()).toContain('10.1.0.5:8080');
    api.put(webSlice(1, [6]));
    api.put(webService(2));
    api.put(webSlice(2, [7]));
    await following.until(async () => (await rules()).includes('10.1.0.6:8080'), 60);
    await following.until(async () => (await rules()).includes('10.96.0.12'), 60);
    expect(await rules()).not.toContain('10.1.0.5:8080');
    api.remove('Service', 'shop/web-2');
    await following.until(async () => !(await rules()).includes('10.96.0.12'));
    const [first, ...rest] = following.synced;
    expect([first?.extent, first?.backend]).toEqual(['everything', 'iptables']);
    for (const { extent, backend } of rest)
      expect([extent === 'everything', backend]).toEqual([false, 'iptables']);
    expect(following.failed).toEqual([]);
  });

  /** Without counters, and without what a stamp says of when. */
  const rulesOnly = async (): Promise<readonly string[]> =>
    (await rules())
      .replaceAll(/revision \d+, \d+/g, 'revision')
      .split('\n')
      .filter((line) => line.startsWith('-A'))
      .sort();
  test.each([
    ['all rules of a table', ['-F']],
    ['a jump', ['-D', 'PREROUTING', '-j', 'NATC-SERVICES']],
    ['a stamp', ['-F', 'NATC-REVISION']],
  ])('where somebody took %s away, the next change puts them back', async (_, args) => {
    const before = await rulesOnly();
    await agent.must([`iptables-${variant}`, '-t', 'nat', ...args]);
    expect(await rulesOnly()).not.toEqual(before);
    api.put(webSlice(1, [6]));
    await following.until(async () => (await rules()).includes('10.1.0.6:8080'), 60);
    api.put(webSlice(1, [5]));
    await following.until(async () => (await rules()).includes('10.1.0.5:8080'), 60);
    expect(await rulesOnly()).toEqual(before);
  });

  test('an end leaves the rules and what is known of them: a new beginning changes nothing', async () => {
    await following.end();
    const stateDir = mkdtempSync(join(tmpdir(), 'natc-state-'));
    const options = { flags: { backend: 'iptables' }, stateDir } as const;
    try {
      following = startFollowing(api, host(), options);
      await following.until(() => following.synced.length > 0);
      api.put(webSlice(1, [6]));
      await following.until(() => following.synced.length > 1);
      await following.end();
      const stamps = await readIptablesStamps(host());
      const { digest } = revisionOf(stamps)!;
      expect(await loadTables(stateDir, digest)).toBeDefined();
      expect((await loadLastApply(stateDir))?.stamps).toEqual(stamps);
      following = startFollowing(api, host(), options);
      await following.until(() => following.synced.length > 0);
      expect(following.synced[0]?.revision).toBeUndefined();
      expect(await readIptablesStamps(host())).toEqual(stamps);
    } finally {
      rmSync(stateDir, { recursive: true });
    }
  });
});
