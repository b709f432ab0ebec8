#!/usr/bin/env node
// This file and node-version.js are in the JavaScript of Node.js 8, so that an old one can read what it lacks.
var problem = require('./node-version.js').nodeVersionProblem(process.versions.node);

if (problem === undefined) {
  require('./start.js');
} else {
  process.stderr.write(`natc: ${problem}\n`);
  process.exitCode = 2;
}
