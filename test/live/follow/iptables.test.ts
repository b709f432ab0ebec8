/** natc apply --follow through iptables: every change is a full apply. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Following, startFollowing } from '../../support/follow-fixture.ts';
import { followedNode, webService, webSlice } from '../../support/follow-world.ts';
import { describeWithIptables } from '../../support/iptables-node.ts';
import { type KernelAgent, startAgent } from '../../support/kernel-agent.ts';
import { hostOn } from '../../support/live-host.ts';
import { type StandIn, startStandIn } from '../../support/stand-in-api.ts';

describeWithIptables('natc apply --follow', () => {
  let api: StandIn;
  let agent: KernelAgent;
  let following: Following;
  beforeEach(async () => {
    [api, agent] = await Promise.all([startStandIn(), startAgent()]);
    for (const object of [followedNode(), webService(1), webSlice(1, [5])]) api.put(object);
    following = startFollowing(api, hostOn(agent.run), { flags: { backend: 'iptables' } });
    await following.until(() => following.synced.length > 0, 60);
  }, 90_000);
  afterEach(async () => {
    await following.end();
    await Promise.all([api.close(), agent.dispose()]);
  });
  const rules = () =>
    agent.must(['sh', '-c', 'iptables-save -t nat 2>/dev/null || iptables-nft-save -t nat']);

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
    for (const { extent, backend } of following.synced)
      expect([extent, backend]).toEqual(['everything', 'iptables']);
    expect(following.failed).toEqual([]);
  });
}, ['nft']);
