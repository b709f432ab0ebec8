/** docs/replacing-kube-proxy.md, step by step, with the real kube-proxy on the node: there and back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CommandResult } from '../support/kernel-agent.ts';
import { natcProgram } from '../support/natc.ts';
import { inside, kubeconfig, kubectl, must, permit, put, work } from './control-plane.ts';
import { deployment, namespaced, service } from './objects.ts';

const program = process.env['CLUSTER_KUBE_PROXY'] ?? '';
const path = kubeconfig();
const stateDir = mkdtempSync(join(work, 'state-'));

beforeAll(async () => {
  permit();
  put([
    namespaced('way'),
    deployment('way', 'web', 3),
    service('way', 'web', 'web', {
      ...{ type: 'NodePort', ipFamilyPolicy: 'PreferDualStack' },
      ports: [{ port: 80, targetPort: 8080, nodePort: 30980 }],
    }),
    service('way', 'sticky', 'web', { sessionAffinity: 'ClientIP' }),
    service('way', 'near', 'web', { internalTrafficPolicy: 'Local' }),
    service('way', 'none', 'nothing'),
  ]);
  kubectl(['rollout', 'status', '-n', 'way', '--timeout=120s', 'deployment/web']);
});
afterAll(() => {
  kubectl(['delete', 'namespace', 'way', '--wait=false']);
});

/** kube-proxy's own configuration, which natc takes too. */
function configOf(mode: string): string {
  const file = join(work, `kube-proxy-${mode}.yaml`);
  writeFileSync(
    file,
    `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: ${mode}
clusterCIDR: 10.244.0.0/16,fd00:10:244::/48
hostnameOverride: node-a
nodePortAddresses: [primary]
clientConnection:
  kubeconfig: ${join(work, 'admin.conf')}
conntrack:
  maxPerCore: 0
  tcpEstablishedTimeout: 0s
  tcpCloseWaitTimeout: 0s
`,
  );
  return file;
}

const natc = (...args: readonly string[]): CommandResult =>
  inside('node', [process.execPath, natcProgram, ...args]);

const clusterIP = (name: string): string =>
  kubectl(['-n', 'way', 'get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}']);

/** Whether a pod answers somebody there. */
const answers = (from: 'cli' | 'ext' | 'node', address: string, port: number): boolean =>
  inside(from, ['curl', '-s', '--max-time', '2', `telnet://${address}:${port}`]).stdout.includes(
    'live',
  );

const everybodyIsAnswered = (): readonly boolean[] => [
  answers('cli', clusterIP('web'), 80),
  answers('cli', clusterIP('sticky'), 80),
  answers('node', clusterIP('near'), 80),
  answers('ext', '172.18.0.10', 30980),
];
const all = [true, true, true, true];

/** The CIDRs as the API server has them: kube-proxy drops what nobody has there, and natc where it is told them. */
const serviceCIDRs = (): string =>
  kubectl(['get', 'servicecidrs', '-o', 'jsonpath={.items[*].spec.cidrs[*]}']).replaceAll(' ', ',');

describe.runIf(program !== '').each([
  ['nftables', 5],
  ['iptables', 4],
] as const)('kube-proxy in its %s mode', (mode, replicas) => {
  const config = configOf(mode);
  const node = ['--config', config, '--node-name', 'node-a', '--service-cidr', serviceCIDRs()];
  const cluster = ['--kubeconfig', path, ...node];
  let kubeProxy: ChildProcess | undefined;

  const startKubeProxy = (): void => {
    kubeProxy = spawn('ip', ['netns', 'exec', 'real-node', program, '--config', config], {
      stdio: 'ignore',
    });
  };
  async function stopKubeProxy(): Promise<void> {
    const ended = kubeProxy && once(kubeProxy, 'exit');
    kubeProxy?.kill('SIGTERM');
    await ended;
    kubeProxy = undefined;
  }
  afterAll(async () => {
    if (kubeProxy !== undefined) await stopKubeProxy();
    inside('node', [program, '--cleanup']);
  });

  interface Change {
    readonly type: string;
    readonly known?: { readonly id: string };
  }
  /** What differs without a decision of natc's, and the decisions that make the rest. */
  function compare(): {
    readonly status: number;
    readonly left: unknown;
    readonly known: unknown;
  } {
    const { status, stdout, stderr } = natc(
      'diff',
      'kube-proxy',
      'cluster',
      ...cluster,
      '-o',
      'json',
    );
    if (status > 1) return { status, left: stderr, known: [] };
    const { services } = JSON.parse(stdout) as {
      readonly services: readonly { readonly changes: readonly Change[] }[];
    };
    const changes = services.flatMap((each) => each.changes);
    return {
      status,
      left: changes.filter(({ known }) => known === undefined),
      known: [...new Set(changes.flatMap(({ known }) => known?.id ?? []))].sort(),
    };
  }
  const inStep =
    mode === 'nftables'
      ? { status: 0, left: [], known: [] }
      : { status: 1, left: [], known: ['I11', 'K1', 'K2', 'ND3'] };

  async function isInStep(seconds = 60): Promise<void> {
    for (const last = Date.now() + seconds * 1000; Date.now() < last; await sleep(500)) {
      const found = compare();
      if (found.status < 2 && JSON.stringify(found.left) === '[]') break;
    }
    expect(compare()).toEqual(inStep);
  }

  test('1: it is in step with the API server, and when it hangs it is not', async () => {
    startKubeProxy();
    await isInStep();
    kubeProxy?.kill('SIGSTOP');
    kubectl(['-n', 'way', 'scale', 'deployment', 'web', `--replicas=${replicas}`]);
    kubectl(['rollout', 'status', '-n', 'way', '--timeout=120s', 'deployment/web']);
    await expect.poll(() => compare().left, { timeout: 30_000 }).not.toEqual([]);
    const { stdout } = natc('diff', 'kube-proxy', 'cluster', ...cluster);
    expect(stdout).toMatch(/Service way\/web\n.*\n {6}(?:gains|loses) /);
    kubeProxy?.kill('SIGCONT');
    await isInStep();
  });

  test('2: what becomes of one packet, what is served, and whom it answers', () => {
    const address = clusterIP('web');
    const bare = natc('explain', '10.244.0.5', `${address}:80`, 'kube-proxy');
    expect(bare.stdout).toContain(`Delivered to one of ${replicas} endpoints of way/web`);
    const file = join(work, 'cluster.yaml');
    writeFileSync(file, kubectl(['get', 'services,endpointslices', '-A', '-o', 'yaml']));
    const lines = natc(
      ...['explain', '10.244.0.5', `${address}:80`, 'kube-proxy', file, '--node-name', 'node-a'],
    );
    expect(lines.stdout).toMatch(/cluster\.yaml:\d+, spec\.clusterIPs?.* of Service way\/web/);
    expect(natc('list', 'kube-proxy').stdout).toMatch(/way\/web .* 30980 /);
    expect(natc('reach', '--from', 'outside', 'kube-proxy').stdout).toMatch(
      /30980\/TCP .*way\/web/,
    );
  });

  test('3: natc would be taken by the kernel, and serves nothing beside it', () => {
    const check = natc('check', '--from-cluster', ...cluster);
    expect([check.status, check.stdout]).toEqual([
      0,
      expect.stringContaining('the kernel accepts the ruleset'),
    ]);
    const apply = natc(
      'apply',
      '--from-cluster',
      ...cluster,
      '--no-sysctl',
      '--state-dir',
      stateDir,
    );
    expect([apply.status, apply.stderr]).toEqual([4, expect.stringContaining('NATC5028')]);
    expect(inside('node', ['nft', 'list', 'tables']).stdout).not.toContain('natc');
  });

  test('4: natc takes over, and connections are answered as before', async () => {
    expect(everybodyIsAnswered()).toEqual(all);
    await stopKubeProxy();
    expect(everybodyIsAnswered()).toEqual(all);
    must('node', [program, '--cleanup']);
    expect(everybodyIsAnswered()).not.toEqual(all);
    const apply = natc(
      ...['apply', '--from-cluster', ...cluster, '--no-sysctl', '--state-dir', stateDir],
      ...['--confirm-timeout', '2m'],
    );
    expect([apply.status, apply.stderr]).toEqual([0, expect.not.stringContaining('error[')]);
    expect(everybodyIsAnswered()).toEqual(all);
    expect(natc('confirm', '--state-dir', stateDir)).toMatchObject({ status: 0 });
    const gone = natc('diff', 'kube-proxy', 'cluster', ...cluster);
    expect([gone.status, gone.stderr]).toEqual([3, expect.stringContaining('NATC4307')]);
  });

  test('and back', async () => {
    expect(natc('cleanup', '--state-dir', stateDir)).toMatchObject({ status: 0 });
    startKubeProxy();
    await isInStep();
    expect(everybodyIsAnswered()).toEqual(all);
    await stopKubeProxy();
  });
});
