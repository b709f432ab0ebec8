/** What nft and the kernel take: natc's rulesets, and bare elements. */
import { rmSync, writeFileSync } from 'node:fs';
import { bareElements } from './bare-elements.mjs';
import { cluster, toJson } from './clusters.mjs';
import * as processes from './processes.mjs';
import { add, addStages, row } from './table.mjs';

/** What grows with the number of Services, by name in the table. */
export const kernelNames = [
  'nft check',
  'nft load',
  'nft load, one node',
  'nft load, one node, apply',
  'bare elements',
  'nft delta',
  'delta',
];

/**
 * natc's ruleset without a node's name, and for one node as kube-proxy has it: as text for people, and as
 * apply sends it, without a line that is only for people.
 */
function compileAll(items, file, label) {
  const ends = ['json', 'nft', 'node.nft', 'apply.nft'];
  const [input, whole, node, applied] = ends.map((end) => file(`${label}.${end}`));
  writeFileSync(input, toJson(items));
  const cidr = ['--cluster-cidr', '10.0.0.0/8'];
  processes.compileWhole(input, whole, ...cidr);
  processes.compileWhole(input, node, ...cidr, '--node-name', 'node-0');
  processes.applyScript(input, applied, ...cidr, '--node-name', 'node-0');
  rmSync(input);
  return { whole, node, applied };
}

/**
 * @param size number of Services
 * @param each endpoints of each
 * @param rounds how often
 * @param file gives the path of a temporary file
 */
export function measureKernel(size, each, rounds, file) {
  const items = cluster(size, each, 1);
  const { whole, node, applied } = compileAll(items, file, size);
  const [bare, delta] = [file(`${size}.bare`), file(`${size}.delta`)];
  writeFileSync(bare, bareElements(size * (each + 2)));
  for (let round = 0; round < rounds; round++) {
    add(`${size} bare elements`, processes.nftWhole([bare]));
    add(`${size} nft check`, processes.nftWhole([whole], '-c'));
    add(`${size} nft load`, processes.nftWhole([whole]));
    add(`${size} nft load, one node`, processes.nftWhole([node]));
    add(`${size} nft load, one node, apply`, processes.nftWhole([applied]));
    addStages(size, processes.stagesOf('delta.mjs', String(size), String(each), delta));
    add(`${size} nft delta`, processes.nftWhole([whole, delta]));
  }
  row(`${size} bare elements`);
  for (const what of [
    'nft check',
    'nft load',
    'nft load, one node',
    'nft load, one node, apply',
    'nft delta',
  ])
    row(`${size} ${what}`, `${size} bare elements`);
  row(`${size} delta`);
}

/** The cluster of kubernetes/kubernetes#139513: 44,000 Services, few endpoints. */
export function measureLarge(size, each, rounds, file) {
  const label = `${size} x ${each}`;
  const { whole, node } = compileAll(cluster(size, each, 1), file, 'large');
  for (let round = 0; round < rounds; round++) {
    add(`${label} nft load`, processes.nftWhole([whole]));
    add(`${label} nft load, one node`, processes.nftWhole([node]));
  }
  row(`${label} nft load`);
  row(`${label} nft load, one node`);
}
