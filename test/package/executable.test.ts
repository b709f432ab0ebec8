/** natc as one file without Node.js: what it must do the same as `node bin/natc.js`, and what it has of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWithKernel } from '../support/kernel-available.ts';
import { runInNamespace } from '../support/namespace-script.ts';
import { natc, natcProgram, projectRoot } from '../support/natc.ts';
import { kubeconfigFor } from '../support/stand-in-api.ts';
import { buildPackages, packagingObstacle } from './built.ts';

const isCi = !['', '0', 'false'].includes(process.env['CI'] ?? '');
const obstacle = packagingObstacle();
const isSkipped = obstacle !== undefined && !isCi;
const title = isSkipped ? `the executable (skipped: ${obstacle})` : 'the executable';

describe.skipIf(isSkipped)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'natc-package-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const executable = join(folder, `natc-linux-${process.arch}`);
  let files: readonly string[] = [];
  beforeAll(() => {
    files = buildPackages(folder, ['--only', 'executable,deb', '--fast']);
  }, 180_000);

  /** Without Node.js on the way. */
  const run = (args: readonly string[], { input = '', env = {} } = {}) => {
    const options = { cwd: projectRoot, input, env: { PATH: '/nowhere', ...env } };
    const { status, stdout, stderr } = spawnSync(executable, args, {
      ...options,
      encoding: 'utf8',
    });
    return { exitCode: status, stdout, stderr };
  };

  const flowService =
    '{apiVersion: v1, kind: Service, metadata: {name: web, namespace: "sh\\x6fp"}, spec: {clusterIP: 172.30.0.10, ports: [{port: 80}]}}';

  test.each([
    [['--version'], ''],
    [['--help'], ''],
    [['apply', '--help'], ''],
    [['compile', '-f', 'fixtures/example/manifests', '--cluster-cidr', '10.180.0.0/16'], ''],
    [['compile', '-f', '-'], flowService],
    [['compile', '-f', '-', '-o', 'iptables'], flowService],
    [['list', '-f', 'fixtures/example/manifests', '-o', 'yaml'], ''],
    [['list', '--from-cluster', '--kubeconfig', 'no-such-file'], ''],
    [['explain-code', '2003'], ''],
    [['completion', 'fish'], ''],
    [['compile', '--fielname', 'x'], ''],
  ])('%j says what node bin/natc.js says', (args, input) => {
    expect(run(args, { input })).toEqual(natc(args, { input }));
  });

  test('runs what is its own Node.js, whatever $NODE_OPTIONS says', () => {
    const { stdout } = run(['version'], { env: { NODE_OPTIONS: '--no-such-option' } });
    expect(stdout).toMatch(/^natc \d.*\nNode\.js 24\./);
  });

  test('starts in no more processor time than node bin/natc.js', () => {
    const own = () => processorTime(executable, ['--help']);
    const script = () => processorTime(process.execPath, [natcProgram, '--help']);
    const times = Array.from({ length: 8 }, () => ({ own: own(), script: script() }));
    const least = (name: 'own' | 'script') => Math.min(...times.map((each) => each[name]));
    expect(least('own')).toBeLessThanOrEqual(least('script'));
  });

  test('the .deb has what a node needs, enabled is nothing', () => {
    const deb = files.find((file) => file.endsWith('.deb')) ?? '';
    const list = spawnSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8' }).stdout;
    const paths = list.split('\n').map((line) => line.replace(/^.* \.\//, ''));
    expect(paths).toEqual(
      expect.arrayContaining([
        'usr/bin/natc',
        'usr/lib/systemd/system/natc.timer',
        'usr/share/man/man1/natc-apply.1.gz',
        'usr/share/bash-completion/completions/natc',
        'usr/share/doc/natc/copyright',
        'etc/default/natc',
      ]),
    );
    expect(paths.filter((path) => path.includes('wants'))).toEqual([]);
    expect(list.split('\n').filter((line) => line && !line.includes(' root/root '))).toEqual([]);
    const field = (name: string) =>
      spawnSync('dpkg-deb', ['--field', deb, name], { encoding: 'utf8' }).stdout.trim();
    expect(field('Maintainer')).toBe('the natc authors <no-address@natc.invalid>');
    expect(field('Depends')).toContain('nftables');
    expect(field('Recommends')).toBe('conntrack, iptables');
  });

  describeWithKernel('in the kernel', () => {
    test('answers health checks while it follows, though the thread for it is no file there', () => {
      const kubeconfig = join(folder, 'kubeconfig');
      writeFileSync(kubeconfig, kubeconfigFor('http://127.0.0.1:1'));
      const ask = `
        const ask = (tries) => fetch('http://127.0.0.1:10256/livez').then(
          ({ status }) => console.log(status),
          (error) => (tries > 0 ? setTimeout(ask, 200, tries - 1) : console.log(String(error))));
        ask(50);
      `;
      const { stdout } = runInNamespace(
        `
        ip link set lo up
        ${executable} apply --from-cluster --follow --kubeconfig "$KUBECONFIG" --node-name node-a 2>/dev/null &
        "$NODE" -e "$ASK"
        kill $!
        wait $!
        echo $?
        `,
        { KUBECONFIG: kubeconfig, NODE: process.execPath, ASK: ask },
      );
      expect(stdout).toBe('200\n0\n');
    });

    test('goes back by itself when nobody confirms', () => {
      const { stdout, stderr } = runInNamespace(`
        natc() { ${executable} "$@"; }
        natc apply -q --no-sysctl --node-name node-a -f fixtures/example/manifests --confirm-timeout 1s
        nft list tables | grep -c natc
        for i in 1 2 3 4 5 6 7 8 9 10; do
          nft list tables | grep -q natc || break
          sleep 0.5
        done
        nft list tables | grep -c natc
      `);
      expect({ stdout, stderr }).toEqual({
        stdout: expect.stringMatching(/^[1-9]\d*\n0\n$/),
        stderr: '',
      });
    });
  });
});

/** User and system time, in seconds. */
function processorTime(command: string, args: readonly string[]): number {
  const script = 'TIMEFORMAT="%U %S"; time "$0" "$@" >/dev/null';
  const { stderr } = spawnSync('bash', ['-c', script, command, ...args], { encoding: 'utf8' });
  return stderr
    .trim()
    .split(' ')
    .map(Number)
    .reduce((a, b) => a + b);
}
