/** What the real kube-proxy wrote, read and compared with natc's rules for the same objects. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../../src/diff/change.ts';
import { diffListedTraffic } from '../../src/diff/listed-traffic.ts';
import { parseListing } from '../../src/kube-proxy/parse-listing.ts';
import { describeChanges } from '../kube-proxy/told.ts';
import type { World } from '../oracle/world.ts';
import { caseNames, optionsOfNode, readCase } from '../support/cases.ts';
import { createKernelNode, type KernelNode } from '../support/kernel-node.ts';
import { canonical } from '../support/kernel-packets.ts';
import { compileValid, describeWorld } from '../support/worlds-compile.ts';
import { startKubeProxy } from './kube-proxy.ts';
import { peerQuestions } from './peer-worlds.ts';
import { numberOf } from './tally.ts';

const worldCount = numberOf('PEER_WORLDS', 100);
const seed = numberOf('PEER_SEED', Date.now() % 2 ** 31);
const record = process.env['PEER_RECORD'] ?? '';

const modes = ['nftables', 'iptables'] as const;
type Mode = (typeof modes)[number];

async function listed({ node: record, objects }: World, mode: Mode): Promise<string> {
  const node = await createKernelNode({ localIPs: record.localIPs, interfaces: [] });
  try {
    const kubeProxy = startKubeProxy(node, record, mode);
    try {
      await kubeProxy.sync(objects);
    } finally {
      await kubeProxy.stop();
    }
    const argvs =
      mode === 'nftables' ? [['nft', 'list', 'ruleset']] : [['iptables-save'], ['ip6tables-save']];
    let text = '';
    for (const argv of argvs) text += await outputOf(node, argv);
    return text;
  } finally {
    await node.dispose();
  }
}

async function outputOf(node: KernelNode, argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await node.run(argv);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return stdout;
}

/** Every difference between the listing and natc's rules; what is not understood is a failure. */
function changesOf(world: World, text: string): readonly Change[] {
  const { listing, diagnostics } = parseListing({ name: 'listing', text });
  const said = diagnostics.map(({ message }) => message).join('; ');
  if (listing === undefined || said !== '') throw new Error(said);
  const { ruleset, plan } = compileValid(world, optionsOfNode(world.node));
  const { diff, notUnderstood } = diffListedTraffic(
    { ruleset: listing.outline, listing },
    { ruleset, plan },
    new Set(world.node.localIPs.map(canonical)),
  );
  expect(notUnderstood).toEqual([]);
  return diff.changes;
}

const tally = new Map<string, number>();
function unexplained(changes: readonly Change[], mode: Mode): readonly Change[] {
  for (const { known } of changes) {
    const key = `${mode} ${known?.id ?? 'unexplained'}`;
    tally.set(key, (tally.get(key) ?? 0) + 1);
  }
  return changes.filter(({ known }) => known === undefined);
}

test.each(caseNames)('%s', async (name) => {
  const { node, input } = readCase(name);
  const world: World = { node, objects: input };
  for (const mode of modes) {
    const text = await listed(world, mode);
    const ending = mode === 'nftables' ? 'nft' : 'iptables-save';
    if (record !== '') writeFileSync(join(record, name.replace('yaml', ending)), text);
    expect(describeChanges(unexplained(changesOf(world, text), mode))).toEqual([]);
  }
});

test(`${worldCount} generated worlds, seed ${seed}`, async () => {
  const wrong: string[] = [];
  for (let index = 0; index < worldCount; index++) {
    const own = seed + index;
    const [question] = fc.sample(peerQuestions(1, own % 2 === 1), { seed: own, numRuns: 1 });
    const { world } = question!;
    for (const mode of modes) {
      const where = `${mode}: npm run peer -- --only listings --worlds 1 --seed ${own}`;
      try {
        const left = unexplained(changesOf(world, await listed(world, mode)), mode);
        if (left.length > 0)
          wrong.push(`${where}\n${describeChanges(left).join('\n')}\n${describeWorld(world)}`);
      } catch (error) {
        wrong.push(`${where}\n${error}\n${describeWorld(world)}`);
      }
      if (wrong.at(-1)?.startsWith(where) === true) console.log(wrong.at(-1));
    }
    if (index % 10 === 9) console.log(`${index + 1} worlds, ${JSON.stringify([...tally])}`);
  }
  console.log(`${worldCount} worlds, seed ${seed}: ${JSON.stringify([...tally])}`);
  expect(wrong).toEqual([]);
});
