/**
 * What `natc apply` does between compiling and nft when one endpoint has changed: prints the time that
 * finding the difference takes, as stages.mjs does, and writes the script for nft to OUT.
 *
 * node delta.mjs SERVICES ENDPOINTS OUT
 */
import { writeFileSync } from 'node:fs';
import { effectiveOptions } from '../../dist/cli/config/effective-options.js';
import { tuneNode } from '../../dist/cli/tune-node.js';
import { compile } from '../../dist/compile.js';
import { writeRuleset } from '../../dist/nftables/canonical/write.js';
import { writtenDelta } from '../../dist/nftables/host/observed.js';
import { renderScript } from '../../dist/nftables/script.js';
import { readObjects } from '../../dist/read/read.js';
import { cluster, toJson } from './clusters.mjs';

tuneNode();
const [, , services, endpoints, out] = process.argv;
const items = cluster(Number(services), endpoints === 'mix' ? endpoints : Number(endpoints));

function fragmentsOf(list) {
  const bytes = Buffer.from(toJson(list));
  const { objects } = readObjects([{ name: 'cluster.json', bytes }]);
  return compile(objects, effectiveOptions({}, {}).options).output.fragments;
}

const before = writeRuleset(fragmentsOf(items));
const slice = items.find(({ kind }) => kind === 'EndpointSlice');
slice.endpoints[0].addresses[0] = '10.255.255.1';
const after = fragmentsOf(items);
const begin = performance.now();
const cpu = process.cpuUsage();
const script = renderScript(writtenDelta(before, writeRuleset(after)).operations);
const { user, system } = process.cpuUsage(cpu);
const wall = (performance.now() - begin) / 1e3;
writeFileSync(out, script);
const peak = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ delta: { wall, cpu: (user + system) / 1e6, peak } }));
