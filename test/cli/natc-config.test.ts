import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { commandTable } from '../../src/command-options.ts';
import { flagOf, keysOf } from '../../src/option-entry.ts';
import { optionTable } from '../../src/options.ts';
import { natc } from '../support/natc.ts';

let top = '';
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'natc-config-'));
});
afterEach(() => rmSync(top, { recursive: true }));

const head = 'apiVersion: natc.dev/v1alpha1\nkind: NatcConfiguration\n';

const write = (name: string, text: string): string => {
  const path = join(top, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o644);
  return path;
};

const service = (name: string, address: string, more = '') =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: shop }\n` +
  `spec:\n  clusterIP: ${address}\n  ports: [{ port: 80 }]\n${more}`;

const run = (...args: string[]) => natc(args, { cwd: top });

/** Where there is no nft: the kernel of the machine is not asked. */
const runOnNode = (...args: string[]) => natc(args, { cwd: top, env: { PATH: '/none' } });

describe('natc.yaml', () => {
  test('names the manifests, from wherever below it natc runs', () => {
    write('natc.yaml', `${head}filename: [manifests]\nclusterCIDR: 10.180.0.0/16,fd00::/48\n`);
    write('manifests/web.yaml', service('web', '172.30.0.10'));
    mkdirSync(join(top, 'deep/er'), { recursive: true });
    const { stdout, stderr, exitCode } = natc(['list'], { cwd: join(top, 'deep/er') });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('172.30.0.10');
  });

  test('a flag wins over it, and it over --config', () => {
    write(
      'proxy.yaml',
      'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nclusterCIDR: 10.1.0.0/16\nhostnameOverride: node-k\niptables: { masqueradeBit: 3 }\n',
    );
    write('natc.yaml', `${head}config: proxy.yaml\nclusterCIDR: 10.2.0.0/16\nnodeName: node-n\n`);
    const { stdout, exitCode } = run('config', '--node-name', 'node-f');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^--node-name +node-f +flag$/m);
    expect(stdout).toMatch(/^--cluster-cidr +10\.2\.0\.0\/16 +natc\.yaml:4$/m);
    expect(stdout).toMatch(/^--masquerade-bit +3 +proxy\.yaml:5 \(KubeProxyConfiguration\)$/m);
    expect(stdout).toMatch(/^--zone +- +default$/m);
    expect(stdout).toMatch(/^--config +proxy\.yaml +natc\.yaml:3$/m);

    const { settings } = JSON.parse(run('config', '-o', 'json').stdout);
    const of = (key: string) => settings.find((each: { key: string }) => each.key === key);
    expect(of('nodeName')).toEqual({
      key: 'nodeName',
      flag: '--node-name',
      value: 'node-n',
      source: 'natcConfiguration',
      file: 'natc.yaml',
      line: 5,
      column: 11,
    });
    expect(of('masqueradeBit')).toMatchObject({ value: 3, source: 'kubeProxyConfiguration' });
    expect(of('zone')).toMatchObject({ value: null, source: 'default' });
  });

  test('a wrong value is told at its place, and not when a flag is in force', () => {
    write('natc.yaml', `${head}clusterCIDR: bogus\n`);
    const bad = run('config');
    expect(bad).toMatchObject({ exitCode: 2, stdout: '' });
    expect(bad.stderr).toContain('natc.yaml:3:14: error[NATC2080]: clusterCIDR must be a CIDR');
    expect(run('config', '--cluster-cidr', '10.180.0.0/16').exitCode).toBe(0);
    const flag = run('config', '--cluster-cidr', 'other');
    expect(flag.stderr).toContain('natc: error[NATC2080]: --cluster-cidr must be a CIDR');
  });

  test('an unknown key stops every command that reads it', () => {
    write('natc.yaml', `${head}failOnn: warning\n`);
    for (const args of [['list', '-f', '.'], ['config'], ['diff', 'a', 'b']]) {
      const { exitCode, stderr, stdout } = run(...args);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toContain('natc.yaml:3:1: error[NATC2096]');
      expect(stderr).toContain('did you mean failOn?');
    }
    expect(run('config', '--no-natc-config').exitCode).toBe(0);
  });

  test('--natc-config names another, and what it says is relative to it', () => {
    write('natc.yaml', `${head}nodeName: found\n`);
    write('etc/other.yaml', `${head}filename: web.yaml\nnodeName: named\n`);
    write('etc/web.yaml', service('web', '172.30.0.10'));
    const { stdout } = run('config', '--natc-config', 'etc/other.yaml');
    expect(stdout).toMatch(/^--node-name +named +etc\/other\.yaml:4$/m);
    expect(run('list', '--natc-config', 'etc/other.yaml').stdout).toContain('172.30.0.10');
    const missing = run('config', '--natc-config', 'none.yaml');
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain('NATC1001');
  });

  test('natc check alone is the line of a CI: manifests, severity and what to leave out', () => {
    write('natc.yaml', `${head}filename: m\nfailOn: warning\nkernel: false\nsysctl: false\n`);
    write('m/web.yaml', service('web', '172.30.0.10', '  externalIPs: [198.51.100.7]\n'));
    expect(run('check').exitCode).toBe(1);
    expect(run('check', '--fail-on', 'error').exitCode).toBe(0);
  });

  test('-f and --from-cluster win over the input that it names', () => {
    write('natc.yaml', `${head}filename: m\n`);
    write('m/web.yaml', service('web', '172.30.0.10'));
    write('other.yaml', service('other', '172.30.0.11'));
    const other = run('list', '-f', 'other.yaml');
    expect(other.stdout).toContain('172.30.0.11');
    expect(other.stdout).not.toContain('172.30.0.10');
    expect(run('list', '--from-cluster', '--kubeconfig', 'none').stderr).toContain('NATC507');
    write('natc.yaml', `${head}fromCluster: true\nkubeconfig: none.kubeconfig\n`);
    expect(run('list', '-f', 'other.yaml').exitCode).toBe(0);
    const listed = run('list', '--context', 'blue');
    expect(listed.stderr).toContain('none.kubeconfig');
    expect(run('diff', 'other.yaml', 'm').exitCode).toBe(1);
  });

  test('what lies among the manifests is no manifest, and no setting', () => {
    write('natc.yaml', `${head}filename: .\n`);
    write('web.yaml', service('web', '172.30.0.10'));
    const { exitCode, stderr, stdout } = run('compile', '-v');
    expect({ exitCode, stdout: stdout.includes('172.30.0.10') }).toEqual({
      exitCode: 0,
      stdout: true,
    });
    expect(stderr).toContain('skipped objects of other kinds: 1 NatcConfiguration');
  });

  test('is not taken from where others may write', () => {
    write('natc.yaml', `${head}nodeName: theirs\n`);
    chmodSync(top, 0o777);
    const { stdout, stderr } = run('config');
    expect(stdout).not.toContain('theirs');
    expect(stderr).toContain('natc: warning[NATC2097]'.replace('natc:', 'natc.yaml:'));
    expect(run('config', '--natc-config', 'natc.yaml').stdout).toContain('theirs');
  });
});

describe('commands that change the kernel or ask it', () => {
  test.each(['apply', 'status', 'rollback', 'confirm', 'cleanup'])(
    'natc %s looks for no natc.yaml',
    async (name) => {
      const program = await buildProgram((each) => each === name);
      const command = program.commands.find((each) => each.name() === name)!;
      const flags = command.options.map(({ long }) => long);
      expect(flags).toContain('--natc-config');
      expect(flags).not.toContain('--no-natc-config');
    },
  );

  test('take nothing of the natc.yaml in their directory', () => {
    write('natc.yaml', `${head}unknown: 1\nstateDir: theirs\n`);
    write('web.yaml', service('web', '172.30.0.10'));
    const args = ['-f', 'web.yaml', '--dry-run', '--state-dir', join(top, 'state')];
    const { stderr } = runOnNode('apply', ...args);
    expect(stderr).not.toContain('NATC2096');
  });

  test('take the one that is named; apply keeps that it could not be read', () => {
    write('bad.yaml', `${head}unknown: 1\n`);
    write('web.yaml', service('web', '172.30.0.10'));
    const state = join(top, 'state');
    mkdirSync(state, { mode: 0o700 });
    const named = ['--natc-config', 'bad.yaml', '--state-dir', state];
    const applied = runOnNode('apply', '-f', 'web.yaml', ...named);
    expect(applied.exitCode).toBe(2);
    expect(applied.stderr).toContain('bad.yaml:3:1: error[NATC2096]');
    expect(runOnNode('cleanup', ...named)).toMatchObject({ exitCode: 2, stdout: '' });
    expect(runOnNode('status', ...named).stderr).toContain('NATC2096');
  });
});

/** What belongs to one run, or to one command alone, and so has no key. */
const withoutKey = new Set(
  (
    '--help --natc-config --no-natc-config --hostname-override --no-masquerade-all --stats ' +
    '--diagnostics --max-diagnostics --verbose --quiet --color --no-color --output --out-file ' +
    '--verify --dry-run --confirm-timeout --allow-mass-removal --force --max-age ' +
    '--unless-confirmed --back-to --all-nodes --out-dir --prune --nodes --view --in-interface ' +
    '--service --ruleset --live --trace --recursive --namespace --selector --all-namespaces --allocate --no-allocate ' +
    '--details --base --no-base --lock --frozen-lock --lock-file --kustomize ' +
    '--follow --min-sync-period --sync-period --log-format --from --cluster-ips ' +
    '--healthz-bind-address --metrics-bind-address'
  ).split(' '),
);

test('every flag has a key in natc.yaml, or a reason to have none', async () => {
  const program = await buildProgram();
  const keyed = [...Object.values(optionTable), ...Object.values(commandTable)];
  const flags = new Set(keyed.map(flagOf));
  const commands = program.commands.filter(
    (command) => !['completion', 'explain-code', 'help'].includes(command.name()),
  );
  const given = new Set(commands.flatMap(({ options }) => options.map(({ long }) => long ?? '')));
  expect([...given].filter((flag) => !flags.has(flag) && !withoutKey.has(flag))).toEqual([]);
  expect([...flags].filter((flag) => !given.has(flag))).toEqual([]);
});

test('every key stands in docs/configuration.md', async () => {
  const { readFileSync } = await import('node:fs');
  const page = readFileSync('docs/configuration.md', 'utf8');
  const keys = [...keysOf(optionTable), ...keysOf(commandTable)];
  expect(keys.filter(([, key]) => !page.includes(`| \`${key}\` |`))).toEqual([]);
});

test('--config takes the ConfigMap in which kubeadm keeps the configuration', () => {
  write(
    'map.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: kube-proxy, namespace: kube-system }\ndata:\n  config.conf: |-\n    apiVersion: kubeproxy.config.k8s.io/v1alpha1\n    kind: KubeProxyConfiguration\n    clusterCIDR: 10.180.0.0/16\n  kubeconfig.conf: |-\n    apiVersion: v1\n    kind: Config\n',
  );
  expect(run('config', '--config', 'map.yaml').stdout).toMatch(
    /^--cluster-cidr +10\.180\.0\.0\/16 +map\.yaml:8 \(KubeProxyConfiguration\)$/m,
  );
  write('other.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\ndata: {}\n');
  const other = run('config', '--config', 'other.yaml');
  expect(other).toMatchObject({ exitCode: 2, stdout: '' });
  expect(other.stderr).toContain('error[NATC2093]');
});

test('failOnRisk, rules, before and assert are what --fail-on, --rules, --before and --assert say', () => {
  write('a.yaml', service('web', '172.30.0.10'));
  write('b.yaml', service('web', '172.30.0.11'));
  const assertions = 'apiVersion: natc.dev/v1alpha1\nkind: Assertions\nassertions:\n';
  write(
    'ci/rules.yaml',
    `${assertions}  - name: it is reached\n    from: pods\n    mustReach: { service: shop/web }\n`,
  );
  write(
    'ci/natc.yaml',
    `${head}failOnRisk: high\nfailOn: warning\nrules: rules.yaml\nassert: [rules.yaml]\nbefore: main:deploy\n`,
  );
  const config = ['--natc-config', 'ci/natc.yaml', '-q'];
  expect(run('diff', 'a.yaml', 'b.yaml', '-q').exitCode).toBe(1);
  expect(run('diff', 'a.yaml', 'b.yaml', ...config).exitCode).toBe(0);
  expect(run('diff', 'a.yaml', 'b.yaml', ...config, '--fail-on', 'any').exitCode).toBe(1);
  const { settings } = JSON.parse(run('config', ...config.slice(0, 2), '-o', 'json').stdout);
  const of = (key: string) => settings.find((each: { key: string }) => each.key === key).value;
  expect(['failOnRisk', 'failOn', 'rules', 'assert', 'before'].map(of)).toEqual([
    'high',
    'warning',
    ['ci/rules.yaml'],
    ['ci/rules.yaml'],
    'main:deploy',
  ]);
  write('ci/natc.yaml', `${head}rules: rules.yaml\n`);
  const judged = run(
    'assert',
    'a.yaml',
    '--natc-config',
    'ci/natc.yaml',
    '--cluster-cidr',
    '10.1.0.0/16',
  );
  expect(judged.stdout).toContain('it is reached');
});

test('backend counts for diff and explain, and a flag wins over it', () => {
  write('natc.yaml', `${head}backend: iptables\n`);
  write('a.yaml', service('web', '172.30.0.10'));
  write('b.yaml', service('web', '172.30.0.11'));
  const diff = (...args: readonly string[]) =>
    run('diff', 'a.yaml', 'b.yaml', '--view', 'text', '-q', ...args).stdout;
  expect(diff()).toContain('*nat');
  expect(diff('--backend', 'nftables')).not.toContain('*nat');
  const kernel = run('diff', 'a.yaml', 'b.yaml', '--view', 'kernel');
  expect(kernel.stderr).toContain('natc.yaml says iptables, and --backend nftables wins over it');
  const explain = (...args: readonly string[]) =>
    run('explain', '10.180.0.7', 'web', 'a.yaml', '--trace', '-q', ...args).stdout;
  expect(explain()).toContain('NATC-');
  expect(explain('--backend', 'nftables')).not.toContain('NATC-');
  write('natc.yaml', `${head}backend: auto\n`);
  expect(diff()).not.toContain('*nat');
});

test('config -o json has what natc.yaml takes, set or not', () => {
  write('natc.yaml', `${head}ipFamily: ipv4\n`);
  const settings = (...args: readonly string[]) =>
    new Map<string, { value: unknown }>(
      JSON.parse(run('config', '-o', 'json', ...args).stdout).settings.map(
        (each: { key: string }) => [each.key, each],
      ),
    );
  expect(settings().get('ipFamily')).toMatchObject({
    ...{ value: ['ipv4'], source: 'natcConfiguration', file: 'natc.yaml', line: 3 },
  });
  const unset = settings('--no-natc-config');
  expect(unset.get('ipFamily')?.value).toEqual(['ipv4', 'ipv6']);
  for (const key of ['filename', 'ignore', 'nodeIP']) expect(unset.get(key)?.value).toEqual([]);
  expect(unset.get('fromCluster')?.value).toBe(false);
});
