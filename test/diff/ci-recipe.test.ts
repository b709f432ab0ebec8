/** The golden-file workflow of docs/diff.md, and the steps of docs/ci/github-actions.yaml, run whole. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { natcProgram } from '../support/natc.ts';

interface Step {
  readonly name?: string;
  readonly run?: string;
}

const recipe = parse(readFileSync('docs/ci/github-actions.yaml', 'utf8')) as {
  jobs: { traffic: { steps: Step[] } };
};
const steps = recipe.jobs.traffic.steps.filter(({ run }) => run !== undefined);

let work: string;
let repository: string;

/** Runs a script as a GitHub runner does, in a clone of the repository. */
function shell(script: string) {
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
    {
      cwd: repository,
      encoding: 'utf8',
      env: {
        PATH: `${join(work, 'bin')}:${process.env['PATH']}`,
        HOME: work,
        GITHUB_ACTIONS: 'true',
        GITHUB_BASE_REF: 'main',
        GITHUB_STEP_SUMMARY: join(work, 'summary.md'),
        RUNNER_TEMP: work,
      },
    },
  );
  return { status, stdout, stderr };
}

const mustRun = (script: string): string => {
  const { status, stdout, stderr } = shell(script);
  if (status !== 0) throw new Error(`${script}: ${stdout}${stderr}`);
  return stdout;
};

const command = (name: string, script: string): void =>
  writeFileSync(join(work, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

const compileGolden =
  'natc compile -f manifests --config kube-proxy.yaml -q --out-file golden/node-a.nft';

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'natc-recipe-'));
  repository = join(work, 'repository');
  mkdirSync(join(work, 'bin'));
  mkdirSync(join(repository, 'golden'), { recursive: true });
  command('natc', `exec '${process.execPath}' '${natcProgram}' "$@"`);
  // What is installed is the natc of this tree.
  command('npm', `test "$*" = 'install --global natc'`);
  cpSync('fixtures/example/manifests', join(repository, 'manifests'), { recursive: true });
  cpSync('fixtures/example/kube-proxy.yaml', join(repository, 'kube-proxy.yaml'));
  mustRun(`git init -q -b main . && git config user.email a@example.com && git config user.name A`);
  mustRun(`${compileGolden} && git add . && git commit -qm 'Keep the rules of node-a'`);
  mustRun('git update-ref refs/remotes/origin/main main && git checkout -q -b branch');
});

afterEach(() => rmSync(work, { recursive: true, force: true }));

const openEverything = (): void => {
  const file = join(repository, 'manifests/shop/web.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('203.0.113.0/24', '0.0.0.0/0'));
};

describe('the GitHub Actions recipe', () => {
  test('passes for a branch that keeps its golden file up to date, and says what changes', () => {
    openEverything();
    mustRun(`${compileGolden} && git commit -qam 'Open the shop'`);
    const runs = steps.map(({ name, run = '' }) => ({ name, ...shell(run) }));
    expect(runs.filter(({ status }) => status !== 0)).toEqual([]);
    const output = runs.map(({ stdout }) => stdout).join('');
    expect(output).toMatch(/::warning file=manifests\/shop\/web\.yaml,line=\d+,/);
    expect(output).toContain('RISK: open to every client now');
    expect(readFileSync(join(work, 'summary.md'), 'utf8')).toContain('**shop/web**');
    expect(readFileSync(join(work, 'traffic.html'), 'utf8')).toContain('<!doctype html>');
  });

  test('fails where the golden file was forgotten, with the difference as text', () => {
    openEverything();
    mustRun(`git commit -qam 'Open the shop'`);
    const runs = steps.map(({ name, run = '' }) => ({ name, ...shell(run) }));
    const failed = runs.filter(({ status }) => status !== 0);
    expect(failed.map(({ name, status }) => [name, status])).toEqual([
      ['See that the golden file is up to date', 1],
    ]);
    expect(failed[0]?.stdout).toContain('--- golden/node-a.nft');
    expect(failed[0]?.stdout).toMatch(/^\+.*0\.0\.0\.0\/0/m);
  });

  test('says nothing where nothing changes', () => {
    const runs = steps.map(({ run = '' }) => shell(run));
    expect(runs.map(({ status }) => status)).toEqual(steps.map(() => 0));
    expect(readFileSync(join(work, 'summary.md'), 'utf8')).toContain(
      'No packet is treated differently.',
    );
  });
});
