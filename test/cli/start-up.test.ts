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
  expect(Math.min(...natc) / Math.min(...node)).toBeLessThan(1.6);
});

test('natc --help loads neither YAML, nor execa, nor any stage', () => {
  const script = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(\`
      export async function load(url, context, next) {
        process.stderr.write(url + '\\\\n');
        return next(url, context);
      }
    \`));
    process.argv = ['node', 'natc', '--help'];
    await import(${JSON.stringify(new URL(`file://${natcProgram}`).href)});
  `;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  const loaded = stderr.split('\n').filter((line) => line.startsWith('file:'));
  expect(loaded.length).toBeGreaterThan(3);
  const heavy = /node_modules\/(yaml|execa|ipaddr)|dist\/(read|model|plan|ruleset|render|live)\//;
  expect(loaded.filter((url) => heavy.test(url))).toEqual([]);
});
