/**
 * natc as a library: reviews a change of manifests as a bot on pull requests might.
 *
 *   node examples/review.mjs OLD.yaml NEW.yaml [CLIENT DESTINATION]
 *
 * Prints what is wrong with the new manifests and what changes for packets, and what becomes of one packet. Ends
 * with 1 where something is wrong.
 */
import { readFileSync } from 'node:fs';
import {
  check,
  compile,
  diff,
  explain,
  formatDiagnostics,
  formatDiff,
  formatExplanation,
  isSameTraffic,
  readObjects,
} from 'natc';

const [oldFile = '', newFile = '', from, to] = process.argv.slice(2);
const options = { nodeName: 'node-a', clusterCIDRs: ['10.180.0.0/16'] };

/** A file as natc takes it. */
const input = (name) => ({ name, bytes: readFileSync(name) });

/** The ruleset of a file's Services for one node. */
function compiled(name) {
  const { output, diagnostics } = compile(readObjects([input(name)]).objects, options);
  if (output === undefined) throw new Error(formatDiagnostics(diagnostics));
  return output;
}

const problems = check([input(newFile)], options);
process.stdout.write(formatDiagnostics(problems));
if (problems.some(({ severity }) => severity === 'error')) {
  process.exitCode = 1;
} else {
  const after = compiled(newFile);
  const changes = diff(compiled(oldFile), after);
  process.stdout.write(isSameTraffic(changes) ? 'No packet differs.\n' : formatDiff(changes));
  if (from !== undefined && to !== undefined)
    process.stdout.write(`\n${formatExplanation(explain(after, { from, to }))}`);
}
