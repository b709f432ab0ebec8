/**
 * One run of the pipeline, a fresh process as the command line has it: prints the wall and processor
 * time of each stage in seconds and the peak memory until its end in MiB, as JSON.
 *
 * node stages.mjs FILE
 */
import { readFileSync } from 'node:fs';
import { effectiveOptions } from '../../dist/cli/config/effective-options.js';
import { buildModel } from '../../dist/model/model.js';
import { buildNftables } from '../../dist/nftables/layout/build.js';
import { renderNft } from '../../dist/nftables/render/nft.js';
import { verifyRuleset } from '../../dist/nftables/verify.js';
import { buildPlan } from '../../dist/plan/build.js';
import { readObjects } from '../../dist/read/read.js';

const stages = {};

function stage(name, run) {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const result = run();
  const { user, system } = process.cpuUsage(cpu);
  stages[name] = {
    wall: (performance.now() - wall) / 1e3,
    cpu: (user + system) / 1e6,
    peak: process.resourceUsage().maxRSS / 1024,
  };
  return result;
}

const [, , name] = process.argv;
const { options } = effectiveOptions({}, {});
const { objects } = stage('read', () => readObjects([{ name, bytes: readFileSync(name) }]));
const { cluster, settings } = stage('model', () => buildModel(objects, options));
const { plan } = stage('plan', () => buildPlan(cluster, settings));
const ruleset = stage('ruleset', () => {
  const built = buildNftables(plan);
  if (verifyRuleset(built).length > 0) throw new Error('defective ruleset');
  return built;
});
const text = stage('render', () => renderNft(ruleset));
if (text.length < 1000) throw new Error('no ruleset');
console.log(JSON.stringify(stages));
