/**
 * `apply-until.mjs STEP MANIFEST DIRECTORY`: applies a manifest and kills itself, as kill -9 would, at
 * the named step (src/host/change/apply-step.ts). Ends with 9 when the step does not come.
 */
import { readFileSync } from 'node:fs';
import { leftoversBeside } from '../../dist/backends/table.js';
import { compile } from '../../dist/compile.js';
import { execHost } from '../../dist/host/machine/exec-host.js';
import { takeLock } from '../../dist/host/state/lock.js';
import { applyRuleset, desiredFrom } from '../../dist/nftables/host/apply.js';
import { defaultOptions } from '../../dist/options.js';
import { readObjects } from '../../dist/read/read.js';

const [step, manifest, stateDirectory] = process.argv.slice(2);
const { objects } = readObjects([{ name: manifest, bytes: readFileSync(manifest) }]);
const { output } = compile(objects, defaultOptions);
await applyRuleset(
  execHost({ uid: process.getuid(), path: process.env.PATH }),
  desiredFrom(output),
  {
    stateDirectory,
    lock: () => takeLock(stateDirectory, 30),
    verify: false,
    maxRemovals: undefined,
    force: false,
    others: await leftoversBeside('nftables'),
    sysctls: [],
    input: undefined,
    now: () => 1000,
    onStep: (reached) => {
      if (reached === step) process.kill(process.pid, 'SIGKILL');
    },
  },
);
process.exit(9);
