/**
 * The command line as few files: finding and reading 150 modules is most of what a small compile takes, and
 * 80 chunks are not much better. What every command begins with is one chunk, so that `natc --help` reads
 * no more, and what compile and apply go through is another. `yaml` stays outside, since most runs do not
 * need it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** @param {string} dist the compiled sources; the bundle goes into a folder of it */
export async function bundle(dist) {
  const main = join(dist, 'cli/main.js');
  // A thread of its own begins with it: found beside the module that starts it, here as in the sources.
  const worker = join(dist, 'host/serve/worker.js');
  const modules = await commandLine(dist, [], { worker });
  // What has to be read of a program is read each time that it starts.
  const comments = { legal: true, annotation: false, jsdoc: false };
  const format = { format: 'esm', entryFileNames: '[name].js', comments };
  const start = modulesAtStart((await modules.generate(format)).output);
  // It awaits what the others are imported for: they must not wait for it.
  start.delete(main);
  // With what a chunk needs it imports from no later one: modules are evaluated in the right order.
  const codeSplitting = {
    includeDependenciesRecursively: true,
    groups: [
      { name: 'start', test: (module) => start.has(module) },
      { name: 'work', test: (module) => module !== main && !start.has(module) && isWork(module) },
    ],
  };
  // As deep as cli/, so that URLs relative to a module stay right.
  const dir = join(dist, 'bundle');
  const { output } = await modules.write({ ...format, dir, codeSplitting });
  await modules.close();
  writeFileSync(join(dir, 'LICENSES.txt'), licences(output));
}

/**
 * The modules of the command line.
 *
 * @param {string} dist the compiled sources
 * @param {import('rolldown').Plugin[]} plugins
 * @param {Record<string, string>} others further modules to begin with, by the names of their files
 */
export function commandLine(dist, plugins = [], others = {}) {
  return rolldown({
    // The names of modules in comments are relative to it, wherever the build was started.
    cwd: join(dist, '..'),
    input: { main: join(dist, 'cli/main.js'), ...others },
    platform: 'node',
    external: ['yaml', /^node:/],
    plugins,
    // The client for kubeconfigs asks for a module of Node.js of which newer ones warn.
    resolve: { alias: { punycode: 'punycode/punycode.js' } },
    // Modules that are imported where they are needed share a chunk with those that need them at once.
    onLog: (level, log, log_) => log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT' && log_(level, log),
  });
}

/** The licences of all packages that a bundle has something of, as text. */
export const licences = (output) => packagesOf(output).map(licence).join('\n\n');

/** The folders of those packages. */
export const packagesOf = (output) => [
  ...new Set(output.flatMap(({ moduleIds = [] }) => moduleIds.flatMap(packageOf)).sort()),
];

/** The modules that are evaluated whatever the command is. */
function modulesAtStart(output) {
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const names = new Set(['main.js']);
  for (const name of names)
    for (const imported of chunks.get(name)?.imports ?? []) names.add(imported);
  return new Set([...names].flatMap((name) => chunks.get(name)?.moduleIds ?? []));
}

/** Whether compile and apply go through a module, on most runs. */
function isWork(module) {
  const [, folder, name] = /\/dist(?:\.new)?\/(?:(\w[\w-]*)\/)?(.*)$/.exec(module) ?? [];
  switch (folder) {
    case undefined:
      return name === 'compile.js' || name === 'options.js';
    case 'host':
      return !/iptables|status|^(?:cluster|serve)\//.test(name);
    case 'nftables':
      return !/^host\/(?:backend|cleanup|committer|observe|rollback|status)\.js/.test(name);
    case 'iptables':
      return !name.startsWith('host/');
    case 'cli':
      return !/^(?:assert|commands|follow|kube-proxy|list|reach)\/|cluster|diff|explain|html|status|completion/.test(
        name,
      );
    case 'diagnostics':
      return !/codes|sarif|github/.test(name);
    default:
      return ['net', 'read', 'model', 'plan', 'recompile', 'hold-back'].includes(folder);
  }
}

/** The folder of the package that a module is in, or none for our own. */
function packageOf(module) {
  const [folder] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module) ?? [];
  return folder === undefined ? [] : [folder];
}

function licence(folder) {
  const { name, license, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e(\.|$)/i.test(each));
  const text = file === undefined ? license : readFileSync(join(folder, file), 'utf8');
  return `${name} ${version}\n\n${text}`;
}
