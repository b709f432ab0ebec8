/**
 * The lines of docs/diff.md and docs/ci.md without a prompt, in a repository such as they are about. Those with a prompt
 * are run by run-lines.test.ts, what needs a kube-proxy by test/kernel, and -k by test/cli/kustomize.test.ts.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { natcProgram } from '../support/natc.ts';

const elsewhere =
  /kube-proxy cluster|^natc diff -k|^git worktree|helm template|^natc diff main\.yaml -/;

/** Of the blocks that name no language. */
function linesOf(page: string): readonly string[] {
  const found: string[] = [];
  let language: string | undefined;
  for (const line of readFileSync(page, 'utf8').split('\n')) {
    const [, fence] = /^\s*```(\w*)/.exec(line) ?? [];
    if (fence !== undefined) language = language === undefined ? fence : undefined;
    else if (language === '') found.push(line.trim().replace(/ {2,}#.*/, ''));
  }
  return found.filter((line) => /^(?:natc|kubectl|git|helm) /.test(line) && !elsewhere.test(line));
}

const lines = ['docs/ci.md', 'docs/diff.md'].flatMap(linesOf);
const fixtures = resolve('fixtures/example');
const folder = mkdtempSync(join(tmpdir(), 'natc-review-'));
const work = join(folder, 'repository');
const bin = join(folder, 'bin');

const run = (line: string) =>
  spawnSync('bash', ['-o', 'pipefail', '-c', line], {
    ...{ cwd: work, encoding: 'utf8' },
    env: { ...process.env, PATH: `${bin}:${process.env['PATH']}`, GIT_CONFIG_GLOBAL: '/dev/null' },
  });

beforeAll(() => {
  for (const path of [bin, work, join(work, 'golden')]) mkdirSync(path);
  for (const name of ['manifests', 'deploy', 'main/deploy'])
    cpSync(join(fixtures, 'manifests'), join(work, name), { recursive: true });
  cpSync(join(fixtures, 'kube-proxy.yaml'), join(work, 'kube-proxy.yaml'));
  const programs = {
    natc: `exec "${process.execPath}" "${natcProgram}" "$@"`,
    // What the manifests are, as a cluster that has them would say.
    kubectl: `for file in $(find "${fixtures}/manifests" -name '*.yaml'); do echo ---; cat "$file"; done`,
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const { status, stderr } = run(`
    set -e
    git init -q -b main && git config user.name a && git config user.email a@example.com
    natc compile -q -f manifests --config kube-proxy.yaml --out-file golden/node-a.nft
    kubectl get > cluster.yaml
    git add . && git commit -q -m a && git update-ref refs/remotes/origin/main HEAD
    sed -i 's/port: 80$/port: 8080/' deploy/shop/images.yaml manifests/shop/images.yaml
  `);
  expect(status, stderr).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('there are lines', () => {
  expect(lines.length).toBeGreaterThanOrEqual(9);
});

test.each(lines)('%s', (line) => {
  const { status, stdout, stderr } = run(line);
  // A difference, and Services that the example has endpoints of elsewhere, are 1.
  const expected = /\bnatc (?:diff|list|check)\b/.test(line) ? [0, 1] : [0];
  expect(expected, `${line}\n${stderr}`).toContain(status);
  if (line.startsWith('natc diff')) expect(stdout).toContain('shop/images');
});
