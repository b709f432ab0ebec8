/** As many pins as a map has room for, through a change that makes the map anew. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeWithKernel } from '../../support/kernel-available.ts';
import { podEndpoints, serviceObject, sliceObject } from '../../support/kernel-cluster.ts';
import { createKernelNode, type KernelNode } from '../../support/kernel-node.ts';
import { type LiveHost, liveHost } from '../../support/live-host.ts';
import { hostAddresses } from '../../support/netns.ts';

const web = (spec: object, portName = 'http') => [
  serviceObject('web', {
    ...{ clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'], ipFamilies: ['IPv4'] },
    sessionAffinity: 'ClientIP',
    ports: [{ name: portName, port: 80 }],
    ...spec,
  }),
  sliceObject('web', 'IPv4', podEndpoints('IPv4', ['pod-a', 'pod-b', 'pod-c']), [
    { name: portName, protocol: 'TCP', port: 8080 },
  ]),
];
const mixed = { externalIPs: ['198.51.100.1'], externalTrafficPolicy: 'Local' };

/** `10.200.0.0` and on. */
const client = (index: number): string =>
  `10.${200 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;

describeWithKernel('many pins', () => {
  let node: KernelNode;
  let live: LiveHost;
  beforeAll(async () => {
    node = await createKernelNode({ localIPs: ['192.168.0.2'] });
  });
  afterAll(() => node.dispose());
  beforeEach(async () => {
    await node.run(['nft', 'flush', 'ruleset']);
    live = liveHost(node.run);
  });
  afterEach(() => live.dispose());

  const podA = hostAddresses['pod-a'].IPv4;
  const add = async (map: string, indices: readonly number[], seconds: number) => {
    const elements = indices.map((index) => `${client(index)} expires ${seconds}s : ${podA}`);
    const line = `add element ip natc ${map} { ${elements.join(', ')} }\n`;
    expect(await node.run(['nft', '-f', '-'], line)).toMatchObject({ status: 0 });
  };
  const pinsOf = async (map: string) => {
    const { stdout } = await node.run(['nft', 'list', 'map', 'ip', 'natc', map]);
    return [...stdout.matchAll(/(10\.20\d\.\d+\.\d+) expires (\S+) : /g)];
  };
  const indices = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => from + index);

  test('20,000 are carried into a map that is made', async () => {
    await live.apply(web({}));
    await add('clients/shop/web/tcp/http/8080', indices(0, 20_000), 5000);
    await live.apply(web({ internalTrafficPolicy: 'Local' }, 'www'));
    expect(await pinsOf('clients-local/shop/web/tcp/www/8080')).toHaveLength(20_000);
  }, 180_000);

  test('of more than a map has room for, those that live longest (A10)', async () => {
    await live.apply(web(mixed));
    await add('clients/shop/web/tcp/http/8080', indices(0, 40_000), 1000);
    await add('clients-local/shop/web/tcp/http/8080', indices(40_000, 40_000), 5000);
    expect(await live.apply(web({}))).toMatchObject({ kind: 'applied' });
    const pins = await pinsOf('clients/shop/web/tcp/http/8080');
    expect(pins).toHaveLength(65_535);
    expect(pins.filter(([, , expires]) => expires!.startsWith('1h'))).toHaveLength(40_000);
  }, 180_000);
});
