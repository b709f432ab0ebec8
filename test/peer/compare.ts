/** The same flows through kube-proxy's rules and those of both of natc's backends, in the kernel. */
import { isDeepStrictEqual } from 'node:util';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { renderIptablesRestore } from '../../src/iptables/render/iptables-restore.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import type { World } from '../oracle/world.ts';
import { type Flow, optionsOfNode } from '../support/cases.ts';
import { loadIptables } from '../support/iptables-node.ts';
import { type JudgedFlow, judgeFlows } from '../support/kernel-flows.ts';
import { createKernelNode, type KernelNode } from '../support/kernel-node.ts';
import { compileValid } from '../support/worlds-compile.ts';
import { kubeProxyLoader } from './kube-proxy.ts';
import { meantDifference } from './meant.ts';

/** A flow that somebody treats differently; outcomes in the words of `describeOutcome`, sorted. */
export interface Difference {
  readonly flow: Flow;
  readonly kubeProxy: readonly string[];
  readonly nftables: readonly string[];
  readonly iptables: readonly string[];
  /** The decision of natc's that it follows from; undefined when it should not be. */
  readonly meant: string | undefined;
}

/** The interfaces that generated packets come in through. */
const interfaces = ['cbr0', 'veth1', 'cbr01'];

/**
 * How often flows are sent again that seem to differ: with session affinity each time shows one endpoint,
 * and `expect` does not know that an endpoint which is a cluster IP is refused (E13).
 */
const mostRounds = 20;

type Seen = Record<'kubeProxy' | 'nftables' | 'iptables', readonly string[]>;

const areAlike = ({ kubeProxy, nftables, iptables }: Seen): boolean =>
  isDeepStrictEqual(kubeProxy, nftables) && isDeepStrictEqual(kubeProxy, iptables);

/**
 * @param flows their `expect` says how many outcomes to look for, and is not judged
 * @returns the flows that are not treated alike
 */
export async function differences(
  world: World,
  flows: readonly Flow[],
): Promise<readonly Difference[]> {
  const { plan, ruleset } = compileValid(world, optionsOfNode(world.node));
  const restore = renderIptablesRestore(plan.families.map((family) => buildIptables(family)));
  const nft = renderNft(ruleset);
  const nodes = await Promise.all([0, 1, 2].map(() => nodeFor(world, flows)));
  try {
    const [first, second, third] = nodes as [KernelNode, KernelNode, KernelNode];
    const sides = {
      kubeProxy: { node: first, load: kubeProxyLoader(first, world.node, world.objects) },
      nftables: { node: second, load: () => second.load(nft) },
      iptables: { node: third, load: () => loadIptables(third, 'nft', restore) },
    };
    const seen = new Map<Flow, Seen>();
    for (let round = 0, open = flows; round < mostRounds && open.length > 0; round++) {
      const [kubeProxy, nftables, iptables] = await Promise.all(
        Object.values(sides).map(({ node, load }) => judgeFlows(node, load, open)),
      );
      for (const [index, flow] of open.entries()) {
        const before = seen.get(flow);
        const merged = (old: readonly string[] = [], now: JudgedFlow | undefined) =>
          [...new Set([...old, ...(now?.observed ?? [])])].sort();
        seen.set(flow, {
          kubeProxy: merged(before?.kubeProxy, kubeProxy?.[index]),
          nftables: merged(before?.nftables, nftables?.[index]),
          iptables: merged(before?.iptables, iptables?.[index]),
        });
      }
      open = open.filter((flow) => !isSettled(world, flow, seen.get(flow)!));
    }
    return flows.flatMap((flow) => {
      const each = seen.get(flow)!;
      return areAlike(each) ? [] : [{ flow, ...each, meant: reasonFor(world, flow, each) }];
    });
  } finally {
    await Promise.all(nodes.map((node) => node.dispose()));
  }
}

const nodeFor = ({ node }: World, flows: readonly Flow[]): Promise<KernelNode> =>
  createKernelNode({
    localIPs: node.localIPs,
    interfaces: [...interfaces, ...flows.flatMap(({ iif }) => iif ?? [])],
  });

const isSettled = (world: World, flow: Flow, seen: Seen): boolean =>
  areAlike(seen) || reasonFor(world, flow, seen) !== undefined;

/** The decision that all differences of a flow follow from. */
function reasonFor(
  world: World,
  flow: Flow,
  { kubeProxy, nftables, iptables }: Seen,
): string | undefined {
  const reasons = [nftables, iptables]
    .filter((natc) => !isDeepStrictEqual(natc, kubeProxy))
    .map((natc) => meantDifference(world, flow, kubeProxy, natc));
  return reasons.includes(undefined) ? undefined : reasons[0];
}

/** For people: the flow, and what each did with it. */
export const describeDifference = (difference: Difference): string => {
  const { flow, kubeProxy, nftables, iptables } = difference;
  const { from, to, port, protocol, iif = '' } = flow;
  const lines = { 'kube-proxy': kubeProxy, nftables, iptables };
  return [
    `${protocol} ${from} > ${to} ${port} ${iif}`.trim(),
    ...Object.entries(lines).map(([who, seen]) => `  ${who}: ${seen.join(' | ')}`),
  ].join('\n');
};
