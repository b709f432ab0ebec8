// In the JavaScript of Node.js 8; see natc.js.
var needed = require('../package.json').engines.node.replace('>=', '');

/**
 * Says which Node.js natc needs, where this one is too old; otherwise undefined.
 *
 * @param {string} version of Node.js, as `process.versions.node` has it
 * @returns {string | undefined}
 */
function nodeVersionProblem(version) {
  if (!isBefore(version, needed)) return undefined;
  return `needs Node.js ${needed} or newer; this is ${version}, ${process.execPath}`;
}

/** Compares major and minor version. */
function isBefore(version, other) {
  var a = version.split('.').map(Number);
  var b = other.split('.').map(Number);
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

exports.nodeVersionProblem = nodeVersionProblem;
