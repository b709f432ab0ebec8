/** The packages, built twice, installed, used and purged. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { natc, projectRoot } from '../support/natc.ts';
import { buildPackages } from './built.ts';
import { type CleanRoot, cleanRootObstacle, makeCleanRoot } from './clean-root.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-packages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** Hardly compressed: compressing all of it twice takes minutes. */
const both = ['--arch', 'x64,arm64', '--fast'];
let files: readonly string[] = [];
beforeAll(() => {
  files = buildPackages(join(folder, 'once'), both);
});
const made = (end: string): string => files.find((file) => file.endsWith(end)) ?? '';
const debianArchitecture = process.arch === 'x64' ? 'amd64' : process.arch;

test('both architectures in every form, and another build gives the same bytes', () => {
  const hashes = (paths: readonly string[]) =>
    Object.fromEntries(
      paths.map((path) => [
        basename(path),
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      ]),
    );
  expect(files).toHaveLength(8);
  const again = buildPackages(join(folder, 'another/time'), both);
  expect(hashes(again)).toEqual(hashes(files));
});

test('the .rpm has the files of the .deb', () => {
  const rpm = spawnSync('rpm', ['-qpl', made('x86_64.rpm')], { encoding: 'utf8' });
  expect(rpm.status, rpm.stderr).toBe(0);
  const paths = rpm.stdout.trim().split('\n');
  const deb = spawnSync('dpkg-deb', ['--contents', made('amd64.deb')], { encoding: 'utf8' });
  const expected = deb.stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/^.* \.\//, '/').replace('vendor-completions', 'site-functions'))
    .filter((path) => !path.endsWith('/'));
  expect(paths).toEqual(expect.arrayContaining(expected));
  expect(paths.filter((path) => !expected.includes(path))).toEqual([
    '/etc/natc',
    '/usr/share/bash-completion',
    '/usr/share/bash-completion/completions',
    '/usr/share/doc/natc',
    '/usr/share/fish',
    '/usr/share/fish/vendor_completions.d',
    '/usr/share/zsh',
    '/usr/share/zsh/site-functions',
  ]);
});

/** Applies a Service, counts where it is in the kernel, and takes it away. */
const use = `cat > /tmp/web.yaml <<'END'
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { clusterIP: 172.30.0.10, ports: [{ port: 80 }] }
END
natc apply --no-sysctl -f /tmp/web.yaml
nft list ruleset | grep -c 172.30.0.10
natc cleanup`;

/** The other architecture, by an emulator and the libraries of that architecture. */
const emulator = ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'] as const;
const emulatorObstacle =
  process.arch === 'arm64'
    ? 'this machine is one'
    : spawnSync(emulator[0], ['--version']).status !== 0
      ? 'no qemu-user-static here'
      : existsSync('/usr/aarch64-linux-gnu/lib/libstdc++.so.6')
        ? undefined
        : 'no libstdc++6-arm64-cross here';
const onArm =
  emulatorObstacle === undefined ? 'on arm64' : `on arm64 (skipped: ${emulatorObstacle})`;

test.skipIf(emulatorObstacle !== undefined)(`the executable ${onArm} says the same`, () => {
  const [command, ...options] = emulator;
  for (const args of [
    ['--version'],
    ['compile', '-q', '-f', 'fixtures/example/manifests', '--cluster-cidr', '10.180.0.0/16'],
    ['explain', '-q', '-f', 'fixtures/example/manifests', '10.180.0.3', 'shop/web:http'],
  ]) {
    const own = spawnSync(command, [...options, made('natc-linux-arm64'), ...args], {
      ...{ cwd: projectRoot, encoding: 'utf8' },
    });
    const { exitCode, stdout, stderr } = natc(args);
    expect({ exitCode: own.status, stdout: own.stdout, stderr: own.stderr }).toEqual({
      ...{ exitCode, stdout, stderr },
    });
  }
});

const obstacle = cleanRootObstacle();
const title = obstacle === undefined ? 'in a clean root' : `in a clean root (skipped: ${obstacle})`;

describe.skipIf(obstacle !== undefined)(title, () => {
  let root: CleanRoot;
  beforeAll(() => {
    root = makeCleanRoot();
    root.copyIn(made(`${debianArchitecture}.deb`), 'tmp/natc.deb');
    const programs = 'nftables iptables conntrack systemd';
    const { status, stderr } = root.run(
      `apt-get update -qq; apt-get install -y -qq --no-install-recommends ${programs}`,
    );
    expect(status, stderr).toBe(0);
  });
  afterAll(() => root?.remove());
  const succeeds = (script: string, offline = false): string => {
    const { status, stdout, stderr } = root.run(script, offline);
    expect(status, stderr).toBe(0);
    return stdout;
  };
  /** All that is there, but for what apt and dpkg keep of every package. */
  const everything = () =>
    succeeds(
      'find / -xdev -not -path "/var/lib/dpkg/*" -not -path "/var/lib/apt/*" -not -path "/var/cache/*" -not -path "/var/log/*" -not -path "/tmp/*" | sort',
    ).split('\n');

  test('installs, works and is purged without a trace', () => {
    const before = everything();
    const installed = succeeds('apt-get install -y -qq /tmp/natc.deb 2>&1; ! command -v node');
    expect(installed).not.toMatch(/warning|error/i);
    expect(succeeds('natc version')).toMatch(/^natc \d.*\nNode\.js .*\nnftables v/);
    expect(succeeds('ls /usr/share/man/man1 2>/dev/null || true; natc completion bash')).toContain(
      'complete ',
    );
    // Nothing runs, and nothing will at the next start.
    expect(succeeds('systemctl is-enabled natc.timer natc-verify.timer || true')).toBe(
      'disabled\ndisabled\n',
    );
    succeeds('systemctl enable natc.timer');
    expect(Number(succeeds(use, true))).toBeGreaterThan(0);
    succeeds('apt-get purge -y -qq natc');
    const left = everything().filter((path) => !before.includes(path));
    expect(left).toEqual([]);
  });

  test('the .rpm does so too', () => {
    const file = made(process.arch === 'x64' ? 'x86_64.rpm' : 'aarch64.rpm');
    const rpm = (...args: readonly string[]) => {
      const run = spawnSync('rpm', ['--root', root.path, ...args], { encoding: 'utf8' });
      // Debian's rpm says each time that it is not meant for that.
      expect({ args, status: run.status }, run.stderr).toEqual({ args, status: 0 });
      return run.stdout;
    };
    expect(rpm('-qpR', file).split('\n')).toEqual(
      expect.arrayContaining(['nftables >= 1.0.1', 'util-linux', 'glibc >= 2.28']),
    );
    const before = everything();
    // What it requires is here, of Debian, under Debian's names.
    rpm('-i', '--nodeps', file);
    expect(rpm('-q', 'natc')).toMatch(/^natc-\d/);
    expect(rpm('-V', '--nodeps', 'natc')).toBe('');
    expect(succeeds('natc version')).toMatch(/^natc \d.*\nNode\.js .*\nnftables v/);
    expect(succeeds('systemctl is-enabled natc.timer natc-verify.timer || true')).toBe(
      'disabled\ndisabled\n',
    );
    succeeds('systemctl enable natc.timer');
    expect(Number(succeeds(use, true))).toBeGreaterThan(0);
    rpm('-e', '--nodeps', 'natc');
    const left = everything().filter((path) => !before.includes(path));
    // What rpm keeps of every package, in Debian beside its user.
    const kept = /^\/(?:var\/lib\/rpm|root\/\.rpmdb)/;
    expect(left.filter((path) => !kept.test(path))).toEqual([]);
  });
});

test('the Dockerfile copies what npm run package makes', () => {
  const dockerfile = readFileSync('docs/deploy/Dockerfile', 'utf8');
  const [, pattern = ''] = /^COPY (natc_\S+) /m.exec(dockerfile) ?? [];
  const names = files.map((file) => basename(file));
  for (const architecture of ['amd64', 'arm64']) {
    // Docker names architectures as Debian does.
    const [before = '', after = ''] = pattern.replace(/\$\{\w+\}/, architecture).split('*');
    expect(names.filter((name) => name.startsWith(before) && name.endsWith(after))).toHaveLength(1);
  }
});
