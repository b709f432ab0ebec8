// The main script of the executable: takes the chunks of the bundle out of it, each when it is asked for.
const { getAsset } = require('node:sea');
const { Script } = require('node:vm');

const loaded = new Map();

function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  // On one line with the first of the chunk, so that lines of stack traces are right.
  const text = `(function (exports, require, module) {${getAsset(name, 'utf8')}\n})`;
  const script = new Script(text, { filename: `natc:${name}` });
  script.runInThisContext()(module.exports, requireFrom, module);
  return module.exports;
}

/** Of a chunk, of the one package that stays outside the bundle, or of a module of Node.js. */
function requireFrom(name) {
  if (name.startsWith('./')) return load(name.slice(2));
  return name === 'yaml' ? load('yaml.js') : require(name);
}

load('main.js');
