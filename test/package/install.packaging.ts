/** The packages, built twice, installed, used and purged. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
    '/usr/share/doc/natc',
  ]);
});

const obstacle = cleanRootObstacle();
const title = obstacle === undefined ? 'in a clean root' : `in a clean root (skipped: ${obstacle})`;

describe.skipIf(obstacle !== undefined)(title, () => {
  let root: CleanRoot;
  beforeAll(() => {
    root = makeCleanRoot();
    root.copyIn(made(`${debianArchitecture}.deb`), 'tmp/natc.deb');
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
    succeeds(
      'apt-get update -qq; apt-get install -y -qq --no-install-recommends nftables iptables conntrack systemd',
    );
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
    const used = succeeds(
      `cat > /tmp/web.yaml <<'END'
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { clusterIP: 172.30.0.10, ports: [{ port: 80 }] }
END
natc apply --no-sysctl -f /tmp/web.yaml
nft list ruleset | grep -c 172.30.0.10
natc cleanup`,
      true,
    );
    expect(Number(used)).toBeGreaterThan(0);
    succeeds('apt-get purge -y -qq natc');
    const left = everything().filter((path) => !before.includes(path));
    expect(left).toEqual([]);
  });

  test('the lines of the Dockerfile make what the DaemonSet runs', () => {
    const dockerfile = readFileSync('docs/deploy/Dockerfile', 'utf8').replaceAll('\\\n', '');
    const runs = [...dockerfile.matchAll(/^RUN (.*)$/gm)].map(([, line = '']) => line);
    expect(runs).toHaveLength(1);
    root.copyIn(made(`${debianArchitecture}.deb`), 'tmp/natc.deb');
    for (const line of runs) succeeds(line);
    const says = succeeds(
      'natc --version; nft --version; conntrack --version; iptables --version; unshare --version; flock --version',
    );
    expect(says.trim().split('\n').length).toBeGreaterThanOrEqual(6);
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
