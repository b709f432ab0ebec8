import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { natcProgram, projectRoot } from '../support/natc.ts';

/** Tells the processor time of a process when it ends; unlike the clock it bears a busy machine. */
const meter = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => process.stderr.write(String(process.cpuUsage().user + process.cpuUsage().system)))",
)}`;

const microseconds = (args: readonly string[]): number => {
  const run = spawnSync(process.execPath, ['--import', meter, ...args], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  expect(run.status).toBe(0);
  return Number(run.stderr);
};

test('natc --help takes little longer to start than node itself', () => {
  microseconds([natcProgram, '--help']);
  // In turns, and the cheapest of each: the one least disturbed.
  const node: number[] = [];
  const natc: number[] = [];
  for (let i = 0; i < 15; i++) {
    node.push(microseconds(['-e', '0']));
    natc.push(microseconds([natcProgram, '--help']));
  }
  // Since version 22 Node.js itself takes half as long as before.
  const factor = process.versions.node.startsWith('20.') ? 1.6 : 2.2;
  expect(Math.min(...natc) / Math.min(...node)).toBeLessThan(factor);
});

const manifest = 'fixtures/example/manifests';

test.each([
  [['--help']],
  [['apply', '--help']],
  [['compile', '-f', manifest, '--validate', 'warn', '--node-name', 'node-a']],
])('natc %j loads nothing that only a cluster or a host needs', (args) => {
  const loaded = loadedBy(args);
  expect(loaded.length).toBeGreaterThan(3);
  expect(
    loaded.filter((url) => /kubeconfig|list-cluster|@kubernetes|js-yaml|execa/.test(url)),
  ).toEqual([]);
});

test('what a cluster needs is in files of those names', () => {
  const loaded = loadedBy(['list', '--from-cluster', '--kubeconfig', 'no-such-file']);
  expect(loaded.filter((url) => /kubeconfig|list-cluster/.test(url))).toHaveLength(2);
  expect(loaded.filter((url) => /node_modules/.test(url))).toEqual([]);
});

test('natc --help loads neither YAML, nor execa, nor any stage', () => {
  const loaded = loadedBy(['--help']);
  expect(loaded.length).toBeGreaterThan(3);
  const heavy =
    /node_modules\/(yaml|execa|ipaddr)|bundle\/execa|dist\/(read|model|plan|ruleset|render|live)\//;
  expect(loaded.filter((url) => heavy.test(url))).toEqual([]);
});

/** The files that a run loads. */
function loadedBy(args: readonly string[]): readonly string[] {
  const script = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(\`
      import { writeSync } from 'node:fs';
      export async function load(url, context, next) {
        writeSync(2, url + '\\\\n');
        return next(url, context);
      }
    \`));
    process.argv = ['node', 'natc', ...${JSON.stringify(args)}];
    await import(${JSON.stringify(new URL(`file://${natcProgram}`).href)});
  `;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return stderr.split('\n').filter((line) => line.startsWith('file:'));
}
