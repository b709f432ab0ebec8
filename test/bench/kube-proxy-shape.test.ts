/** What natc is measured against must be a service proxy: packets fare as they do under natc. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultOptions } from '../../src/options.ts';
import { compileObjects } from '../support/compile-objects.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { describeOutcome } from '../support/kernel-flows.ts';
import { createKernelNode, type KernelNode, type SentPacket } from '../support/kernel-node.ts';

type Layout = 'endpoint chains' | 'endpoint maps';

/** The benchmarks are plain JavaScript: what this test uses of them. */
interface Benchmarks {
  readonly cluster: (services: number, endpoints: number, nodes: number) => readonly Item[];
  readonly kubeProxyShape: (items: readonly Item[], layout: Layout) => string;
}

interface Item {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const load = async (name: string): Promise<Partial<Benchmarks>> =>
  import(new URL(name, import.meta.url).href);
const { cluster, kubeProxyShape } = {
  ...(await load('clusters.mjs')),
  ...(await load('kube-proxy-shape.mjs')),
} as Benchmarks;

/** Service 1 has no endpoints, 7 an external IP, 11 session affinity, 13 a node port; node-0 is ours. */
const items = cluster(20, 3, 1).filter(
  ({ kind, metadata }) => kind !== 'EndpointSlice' || !metadata.name.startsWith('service-1-'),
);
const nodeIP = '10.64.0.0';
const [pod, outside, localEndpoint] = ['10.200.0.9', '203.0.113.9', '10.128.0.0'];

const packets: Readonly<Record<string, Omit<SentPacket, 'protocol'>>> = {
  'a pod to a cluster IP': { from: pod, to: '10.96.0.2', port: 80 },
  'from outside to a cluster IP': { from: outside, to: '10.96.0.2', port: 80 },
  'the node to a cluster IP': { from: nodeIP, to: '10.96.0.2', port: 80 },
  'an endpoint to its own Service': { from: localEndpoint, to: '10.96.0.0', port: 80 },
  'a port that the cluster IP does not have': { from: pod, to: '10.96.0.2', port: 81 },
  'a Service without endpoints': { from: pod, to: '10.96.0.1', port: 80 },
  'an external IP': { from: outside, to: '203.0.0.7', port: 80 },
  'a sticky Service': { from: pod, to: '10.96.0.11', port: 80 },
  'a node port': { from: outside, to: nodeIP, port: 30_001 },
  'no Service at all': { from: pod, to: '198.51.100.1', port: 80 },
};

/** Everything that happens to packets of a kind. A sticky Service keeps its client: how many, not which. */
async function outcomes(node: KernelNode, ruleset: string): Promise<Record<string, unknown>> {
  await node.load(ruleset);
  const seen: Record<string, unknown> = {};
  for (const [name, packet] of Object.entries(packets)) {
    const sent = Array.from({ length: 60 }, () => ({ ...packet, protocol: 'TCP' as const }));
    const distinct = [...new Set((await node.send(sent)).map(describeOutcome))].sort();
    seen[name] = name === 'a sticky Service' ? distinct.length : distinct;
  }
  return seen;
}

describeWithKernel('kube-proxy’s shape in the benchmarks', () => {
  let node: KernelNode;
  beforeAll(async () => {
    node = await createKernelNode({ localIPs: [nodeIP] });
  });
  afterAll(() => node.dispose());

  const options = {
    ...defaultOptions,
    nodeName: 'node-0',
    clusterCIDRs: ['10.0.0.0/8'],
    nodePortAddresses: ['primary'],
  };

  test.each<Layout>(['endpoint chains', 'endpoint maps'])(
    'does to packets what natc does, with %s',
    async (layout) => {
      const expected = await outcomes(node, compileObjects(items, options));
      await node.load('delete table ip natc\ndelete table ip6 natc\n');
      expect(await outcomes(node, kubeProxyShape(items, layout))).toEqual(expected);
      await node.load('delete table ip kube-proxy\n');
      expect(expected).toMatchObject({
        'a pod to a cluster IP': ['10.128.0.6:8080', '10.128.0.7:8080', '10.128.0.8:8080'],
        'an endpoint to its own Service': [
          '10.128.0.0:8080, masqueraded',
          '10.128.0.1:8080',
          '10.128.0.2:8080',
        ],
        'a port that the cluster IP does not have': ['reject'],
        'a Service without endpoints': ['reject'],
        'a sticky Service': 1,
      });
    },
  );
});
