/** What `natc compile --all-nodes` takes for each further node, beside a run for a single one. */
import { rmSync, writeFileSync } from 'node:fs';
import { cluster, toJson } from './clusters.mjs';
import * as processes from './processes.mjs';
import { add, measured, row } from './table.mjs';

/**
 * @param services how many
 * @param few nodes, and
 * @param many nodes: what the further ones cost, and whether memory grows
 * @param rounds how often; three times at most
 * @param file gives the path of a temporary file
 */
export function measureAllNodes(services, few, many, rounds, file) {
  const input = file('nodes.json');
  const name = (nodes) => `${services} compile --all-nodes, ${nodes} nodes`;
  const single = `${services} compile --node-name`;
  const out = file('rulesets');
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    for (const nodes of [few, many]) {
      writeFileSync(input, toJson(cluster(services, 10, nodes)));
      add(name(nodes), processes.compileAllNodes(input, out));
      rmSync(out, { recursive: true });
    }
    add(single, processes.compileWhole(input, file('node.nft'), '--node-name', 'node-0'));
  }
  row(single);
  for (const nodes of [few, many]) row(name(nodes), single);
  const [a, b, one] = [few, many].map(name).concat(single).map(measured);
  const further = (key) => (b[key] - a[key]) / (many - few);
  const cell = (key) => (further(key) / one[key]).toFixed(2);
  const label = `${services} compile --all-nodes, each further node`;
  console.log(
    `| ${label} | ${further('wall').toFixed(3)} | ${further('cpu').toFixed(3)} |  |  | ${single} | ` +
      `${cell('wall')} | ${cell('cpu')} | |`,
  );
}
