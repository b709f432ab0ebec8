/** Packets while pods come and go: no connection fails, and none goes to a pod that has gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Following, startFollowing } from '../../support/follow-fixture.ts';
import { followedNode } from '../../support/follow-world.ts';
import {
  describeCluster,
  podPort,
  seen,
  serviceObject,
  sliceObject,
} from '../../support/kernel-cluster.ts';
import { hostOn } from '../../support/live-host.ts';
import { hostAddresses } from '../../support/netns.ts';
import { type StandIn, startStandIn } from '../../support/stand-in-api.ts';

const isLong = process.env['NATC_LONG'] === '1';

/** Connections, and how often the pods change meanwhile. */
const [connections, changes] = isLong ? [20_000, 60] : [600, 6];
const pause = isLong ? 1000 : 300;

const web = serviceObject('web', {
  clusterIP: '10.96.0.10',
  ports: [
    { name: 'http', port: 80 },
    { name: 'dns', port: 53, protocol: 'UDP' },
  ],
});

const slice = (pods: readonly ('pod-a' | 'pod-b')[]): object => ({
  ...sliceObject(
    'web',
    'IPv4',
    pods.map((pod) => ({ addresses: [hostAddresses[pod].IPv4], nodeName: 'node-a' })),
  ),
  ports: [
    { name: 'http', port: podPort, protocol: 'TCP' },
    { name: 'dns', port: podPort, protocol: 'UDP' },
  ],
});

describeCluster('natc apply --follow', (cluster) => {
  let api: StandIn;
  let following: Following;
  beforeAll(async () => {
    api = await startStandIn();
    for (const object of [followedNode(), web, slice(['pod-a', 'pod-b'])]) api.put(object);
    following = startFollowing(api, hostOn(cluster.node.run));
    await following.until(() => following.synced.length > 0, 60);
  }, 90_000);
  afterAll(async () => {
    await following.end();
    await api.close();
  });

  // On a busy machine an answer takes its time; one that never comes is a failure all the same.
  const question = { to: '10.96.0.10', port: 80, timeout: 20 };

  async function change(pods: readonly ('pod-a' | 'pod-b')[]): Promise<void> {
    const before = following.synced.length;
    api.put(slice(pods));
    await following.until(() => following.synced.length > before);
  }

  test('no connection fails, and after the commit none goes to a pod that is gone', async () => {
    const batch = 50;
    let isOver = false;
    const asked = (async () => {
      const answers = [];
      for (let count = 0; count < connections || !isOver; count += batch)
        answers.push(...(await cluster.client.askMany(question, batch)));
      return answers;
    })();
    for (let count = 0; count < changes; count++) {
      await change(['pod-a']);
      // Questions of one host come one after another: the next one is asked after the commit.
      expect(seen(await cluster.client.askMany(question, batch))).toEqual(['pod-a']);
      await sleep(pause);
      await change(['pod-a', 'pod-b']);
      await sleep(pause);
    }
    isOver = true;
    const answers = await asked;
    expect(answers.length).toBeGreaterThanOrEqual(connections);
    expect(seen(answers)).toEqual(['pod-a', 'pod-b']);
    expect(following.synced.filter(({ extent }) => extent === 'everything')).toHaveLength(1);
  }, 1_200_000);

  test('a UDP flow to a pod that is gone is ended, with the sync that takes the pod away', async () => {
    await change(['pod-b']);
    const udp = { to: '10.96.0.10', port: 53, protocol: 'UDP' } as const;
    expect(seen([await cluster.client.ask(udp)])).toEqual(['pod-b']);
    const flows = () => cluster.node.must(['conntrack', '-L', '-p', 'udp', '--dst', '10.96.0.10']);
    expect(await flows()).toContain(hostAddresses['pod-b'].IPv4);
    await change(['pod-a']);
    expect(await flows()).not.toContain(hostAddresses['pod-b'].IPv4);
    expect(seen([await cluster.client.ask(udp)])).toEqual(['pod-a']);
  });

  test('an open connection to a pod that stays lives on', async () => {
    await change(['pod-a']);
    const open = await cluster.client.open('10.96.0.10', 80);
    for (const pods of [['pod-a', 'pod-b'], ['pod-a'], ['pod-b', 'pod-a']] as const) {
      await change(pods);
      await open.echo(pods.join());
    }
  });
});
