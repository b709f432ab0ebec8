import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { wantsColor } from '../../src/cli/messages/color.ts';
import { natc, natcProgram, projectRoot } from '../support/natc.ts';
import { withoutHead } from '../support/ruleset-head.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

const example = [
  '-f',
  'fixtures/example/manifests',
  '--config',
  'fixtures/example/kube-proxy.yaml',
  // Strict reading advises against its external IPs and Endpoints, on stderr.
  '--validate',
  'warn',
];
const golden = readFileSync('fixtures/example/expected.nft', 'utf8');

describe('--out-file', () => {
  test('replaces a file as a whole, keeps its mode, leaves nothing beside it', () => {
    const path = join(folder, 'rules.nft');
    writeFileSync(path, 'old', { mode: 0o640 });
    const before = statSync(path).ino;
    expect(natc(['compile', ...example, '--out-file', path])).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    expect(withoutHead(readFileSync(path, 'utf8'))).toBe(golden);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    // Another file under the same name: a reader of the old one keeps reading the old one.
    expect(statSync(path).ino).not.toBe(before);
    expect(readdirSync(folder)).toEqual(['rules.nft']);
  });

  test('keeps the old file when the input is wrong', () => {
    const path = join(folder, 'rules.nft');
    writeFileSync(path, 'old');
    expect(natc(['compile', '--out-file', path], { input: 'a: [' }).exitCode).toBe(2);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  test('a directory that is not there: exit status 3', () => {
    const run = natc(['compile', ...example, '--out-file', join(folder, 'none', 'rules.nft')]);
    expect(run).toMatchObject({ exitCode: 3, stdout: '' });
    expect(run.stderr).toContain('error[NATC5008]');
  });
});

describe('stdout', () => {
  const shell = (script: string) =>
    spawnSync('bash', ['-c', script], { cwd: projectRoot, encoding: 'utf8' });
  const compile = `${process.execPath} ${natcProgram} compile ${example.join(' ')}`;

  test('a reader that stops early is no error', () => {
    // The JSON is larger than a pipe holds, so natc is still writing when head goes away.
    const run = shell(
      `set -o pipefail; ${compile} -o json | head -n 1; echo "status \${PIPESTATUS[0]}"`,
    );
    expect(run).toMatchObject({ stdout: '{\nstatus 0\n', stderr: '' });
  });

  test('closed stderr changes nothing', () => {
    const run = shell(`${compile} -v 2>&- | tail -n 1; echo "status \${PIPESTATUS[0]}"`);
    expect(run.stdout).toBe('}\nstatus 0\n');
  });

  test('a full disk is an error, without a stack trace', () => {
    const run = shell(`${compile} > /dev/full`);
    expect(run.status).toBe(2);
    expect(run.stderr).toBe(
      'natc: cannot write the output: ENOSPC: no space left on device, write\n',
    );
  });

  test('files, directories and stdin together give the same bytes as one stream', () => {
    const manifests = 'fixtures/example/manifests';
    const stdin = shell(
      `cat ${manifests}/nodes.yaml <(echo ---) ${manifests}/kube-system/kube-dns.yaml`,
    ).stdout;
    const run = natc(
      [
        ...['compile', '-f', '-', '-f', `${manifests}/shop`],
        ...['-f', `${manifests}/kube-system/kubernetes.yaml`, ...example.slice(2)],
      ],
      { input: stdin },
    );
    expect([run.exitCode, withoutHead(run.stdout)]).toEqual([0, golden]);
  });
});

describe('messages', () => {
  const wrong = 'apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: 7 }\n';

  test('are plain where nobody can see colour, and github commands in GitHub Actions', () => {
    const colorStart = String.fromCharCode(27);
    expect(natc(['compile'], { input: wrong }).stderr).not.toContain(colorStart);
    const forced = natc(['compile', '--color', 'always'], { input: wrong });
    expect(forced.stderr).toContain(colorStart);
    const inActions = natc(['compile'], { input: wrong, env: { GITHUB_ACTIONS: 'true' } });
    expect(inActions.stderr).toMatch(/^::error file=<stdin>,line=/);
  });

  test.each([
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', true, { TERM: 'dumb' }, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['auto', false, { FORCE_COLOR: '1' }, true],
    ['auto', true, { FORCE_COLOR: '0' }, false],
    ['auto', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['always', false, { NO_COLOR: '1' }, true],
    ['never', true, { FORCE_COLOR: '1' }, false],
  ] as const)('colour %s, terminal %s, %j: %s', (mode, isTerminal, environment, color) => {
    expect(wantsColor(mode, isTerminal, environment)).toBe(color);
  });

  test('-q prints errors only, -v notes too, --max-diagnostics fewer', () => {
    const counts = (...args: string[]) => {
      const { stderr } = natc(['list', '-f', 'fixtures/example/manifests', ...args]);
      return ['warning', 'note'].map(
        (word) => stderr.match(new RegExp(`: ${word}\\[`, 'g'))?.length ?? 0,
      );
    };
    const [warnings, notes] = counts();
    expect(warnings).toBeGreaterThan(0);
    expect(notes).toBe(0);
    expect(counts('-q')).toEqual([0, 0]);
    expect(counts('-v')[1]).toBeGreaterThan(0);
    expect(counts('-v', '--max-diagnostics', '1')).toEqual([1, 0]);
  });
});

test('what iptables cannot do is in the one document of diagnostics', () => {
  const other = join(folder, 'config-map.yaml');
  writeFileSync(other, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n');
  const args = [
    'compile',
    ...example,
    '-f',
    other,
    '-o',
    'iptables',
    '--diagnostics',
    'json',
    '-v',
  ];
  const { diagnostics } = JSON.parse(natc(args).stderr);
  const codes = diagnostics.map(({ code }: { code: string }) => code);
  expect(codes).toContain('NATC4201');
  expect(codes).toContain('NATC3011');
});
