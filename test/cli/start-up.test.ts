import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { natcProgram, projectRoot } from '../support/natc.ts';

const milliseconds = (args: readonly string[]): number => {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: projectRoot });
  expect(status).toBe(0);
  return performance.now() - start;
};

test('natc --help takes little longer to start than node itself', () => {
  milliseconds([natcProgram, '--help']);
  // In turns, so that a busy machine slows both; the fastest of each is the one least disturbed.
  const node: number[] = [];
  const natc: number[] = [];
  for (let i = 0; i < 15; i++) {
    node.push(milliseconds(['-e', '0']));
    natc.push(milliseconds([natcProgram, '--help']));
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
