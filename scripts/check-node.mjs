/** Imported before anything else: ends a script whose Node.js is too old, and says which one it takes. */
import nodeVersion from '../bin/node-version.js';

const problem = nodeVersion.nodeVersionProblem(process.versions.node);
if (problem !== undefined) {
  console.error(`natc: ${problem}`);
  process.exit(1);
}
