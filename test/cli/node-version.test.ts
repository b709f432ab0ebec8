import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { natcProgram, projectRoot } from '../support/natc.ts';

const { nodeVersionProblem } = createRequire(import.meta.url)('../../bin/node-version.js') as {
  readonly nodeVersionProblem: (version: string) => string | undefined;
};

test.each(['8.17.0', '18.20.8', '20.9.0', '20.18.3'])('Node.js %s is too old', (version) => {
  expect(nodeVersionProblem(version)).toBe(
    `needs Node.js 20.19 or newer; this is ${version}, ${process.execPath}`,
  );
});

test.each(['20.19.0', '20.20.1', '21.0.0', '22.0.0', '100.1.0'])('%s is not', (version) => {
  expect(nodeVersionProblem(version)).toBeUndefined();
});

/** Makes a process take itself for one of Node.js 18. */
const pretence = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } })",
)}`;

const withOldNode = (args: readonly string[]) =>
  spawnSync(process.execPath, ['--import', pretence, ...args], {
    cwd: projectRoot,
    encoding: 'utf8',
  });

test('natc says which Node.js it needs, and does nothing', () => {
  expect(withOldNode([natcProgram, '--help'])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `natc: needs Node.js 20.19 or newer; this is 18.20.8, ${process.execPath}\n`,
  });
});

test('so do the scripts', () => {
  const run = withOldNode(['--input-type=module', '-e', "import './scripts/setup.mjs'"]);
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(/^natc: needs Node.js 20.19 or newer; this is 18.20.8, .*\n$/);
});

test.each(['build', 'demo', 'hook', 'prepack', 'test', 'vitest-setup'])(
  'scripts/%s.mjs loads nothing that could fail before that',
  (name) => {
    const text = readFileSync(join(projectRoot, 'scripts', `${name}.mjs`), 'utf8');
    const sources = Array.from(
      text.matchAll(/^(?:import|\}) .*from '(.*)';$/gm),
      (match) => match[1],
    );
    expect(sources).toContain('./setup.mjs');
    expect(sources.filter((source) => !/^(?:node:.*|\.\/setup\.mjs)$/.test(source ?? ''))).toEqual(
      [],
    );
  },
);

/** Whoever starts natc with Node.js 8 has these files read by it, start.js excepted. */
test.each(['natc.js', 'node-version.js'])('bin/%s has no newer syntax', (name) => {
  const text = readFileSync(join(projectRoot, 'bin', name), 'utf8');
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'[^']*'/g, '');
  expect(code.match(/\bimport\b|\bexport\b|\bawait\b|\?\.|\?\?|#(?!!)|\bcatch\s*\{/g)).toBeNull();
});
