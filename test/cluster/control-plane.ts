/** The control plane that run.mjs started, and natc on its node. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../src/host/machine/host.ts';
import { kernelOf } from '../support/follow-world.ts';
import { type CommandResult, type KernelAgent, startAgent } from '../support/kernel-agent.ts';
import { hostOn } from '../support/live-host.ts';
import { natcProgram, projectRoot } from '../support/natc.ts';

const variable = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error('run this by npm run cluster-test');
  return value;
};
export const plane = variable('CLUSTER_PLANE');
export const work = variable('CLUSTER_WORK');
const bin = variable('CLUSTER_BIN');

export const server = 'https://172.18.0.2:6443';

/** Runs a program in one of the namespaces, and waits. */
export function inside(namespace: string, argv: readonly string[], input = ''): CommandResult {
  const { status, stdout, stderr } = spawnSync(
    'ip',
    ['netns', 'exec', `real-${namespace}`, ...argv],
    { input, encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  return { status: status ?? -1, stdout, stderr };
}

export function must(namespace: string, argv: readonly string[], input = ''): string {
  const { status, stdout, stderr } = inside(namespace, argv, input);
  if (status !== 0) throw new Error(`${argv.join(' ')}: status ${status}\n${stdout}${stderr}`);
  return stdout;
}

export const kubectl = (args: readonly string[], input = ''): string =>
  must('cp', [join(bin, 'kubectl'), '--kubeconfig', join(work, 'admin.conf'), ...args], input);

export const put = (objects: readonly object[]): string =>
  kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));

/** The node's kernel. */
export const nodeHost: Host = hostOn(async (argv, stdin) => inside('node', argv, stdin));

interface KubeconfigOptions {
  readonly token?: string;
  /** The API server's own certificate signs itself: it is the authority, too. */
  readonly trusts?: boolean;
  readonly address?: string;
}

/** @returns its path */
export function kubeconfig({
  token = 'natc-token',
  trusts = true,
  address = server,
}: KubeconfigOptions = {}): string {
  const path = join(mkdtempSync(join(work, 'kubeconfig-')), 'kubeconfig');
  const authority = { 'certificate-authority': join(work, 'cert/apiserver.crt') };
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'real', cluster: { server: address, ...(trusts && authority) } }],
      users: [{ name: 'natc', user: { token } }],
      contexts: [{ name: 'c', context: { cluster: 'real', user: 'natc' } }],
      'current-context': 'c',
    }),
  );
  return path;
}

/** Permits natc what docs/deploy permits it. */
export function permit(): void {
  const manifest = readFileSync(join(projectRoot, 'docs/deploy/daemonset-follow.yaml'), 'utf8');
  const rules = manifest.split(/^---$/m).filter((part) => !part.includes('kind: DaemonSet'));
  kubectl(['apply', '-f', '-'], rules.join('---\n'));
  const binding = ['create', 'clusterrolebinding', 'natc-user', '--clusterrole', 'natc'];
  const known = kubectl(['get', 'clusterrolebindings', '-o', 'name']);
  if (!known.includes('/natc-user')) kubectl([...binding, '--user', 'natc']);
}

const compileFlags = ['--node-name', 'node-a', '--cluster-cidr', '10.244.0.0/16,fd00:10:244::/48'];
const applyFlags = ['--no-sysctl', '--backend', 'nftables', ...compileFlags];

export interface Running {
  readonly child: ChildProcess;
  readonly text: () => string;
  readonly until: (what: () => boolean | Promise<boolean>, seconds?: number) => Promise<void>;
  readonly said: (words: string, seconds?: number) => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** `natc apply --from-cluster --follow` on the node. */
export function follow(stateDir: string, path: string, ...more: readonly string[]): Running {
  const args = ['apply', '--from-cluster', '--follow', '--kubeconfig', path, ...applyFlags];
  // In the namespace natc takes the place of ip, so that signals reach it.
  const child = spawn(
    'ip',
    [
      ...['netns', 'exec', 'real-node', process.execPath, natcProgram, ...args],
      ...['--state-dir', stateDir, ...more],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] } },
  );
  let text = '';
  child.stderr.on('data', (data: Buffer) => {
    text += data.toString();
  });
  const exited = once(child, 'exit');
  const until: Running['until'] = async (what, seconds = 60) => {
    for (const last = Date.now() + seconds * 1000; !(await what()); await sleep(100))
      if (Date.now() > last) throw new Error(`waited in vain: ${what}\n${text}`);
  };
  return {
    child,
    text: () => text,
    until,
    said: (words, seconds) => until(() => text.includes(words), seconds),
    kill: async (signal) => {
      child.kill(signal);
      return (await exited)[0];
    },
  };
}

/** `natc apply --from-cluster` on the node, once. */
export const applyOnce = (stateDir: string, path: string, ...more: readonly string[]) =>
  inside('node', [
    ...[process.execPath, natcProgram, 'apply', '--from-cluster', '--kubeconfig', path],
    ...[...applyFlags, '--state-dir', stateDir, ...more],
  ]);

export interface Judge {
  /** What a fresh apply makes of all that the API server has. */
  readonly wanted: () => Promise<unknown>;
  readonly dispose: () => Promise<void>;
}

export async function startJudge(): Promise<Judge> {
  const agent: KernelAgent = await startAgent();
  const folder = mkdtempSync(join(work, 'judge-'));
  return {
    wanted: async () => {
      const file = join(folder, 'cluster.json');
      writeFileSync(file, kubectl(['get', 'nodes,services,endpointslices', '-A', '-o', 'json']));
      rmSync(join(folder, 'state'), { recursive: true, force: true });
      await agent.run(['nft', 'flush', 'ruleset']);
      const argv = [process.execPath, natcProgram, 'apply', '-f', file, ...applyFlags];
      const { status, stderr } = await agent.run([...argv, '--state-dir', join(folder, 'state')]);
      if (status !== 0 && status !== 6) throw new Error(`natc apply: ${status}\n${stderr}`);
      return kernelOf(hostOn(agent.run));
    },
    dispose: async () => {
      await agent.dispose();
    },
  };
}

/** Waits until the node's kernel is what it is to be, however the cluster changes meanwhile. */
export async function agrees(judge: Judge, seconds = 60): Promise<void> {
  let [found, wanted]: unknown[] = [];
  for (const last = Date.now() + seconds * 1000; Date.now() < last; await sleep(500)) {
    wanted = await judge.wanted();
    found = await kernelOf(nodeHost);
    if (JSON.stringify(found) === JSON.stringify(wanted)) return;
  }
  const text = (value: unknown) => JSON.stringify(value, undefined, 1).split('\n');
  const lacks = text(wanted).filter((line) => !text(found).includes(line));
  throw new Error(`the kernel is another one; it lacks\n${lacks.slice(0, 40).join('\n')}`);
}

const pidOf = (name: string): number => Number(readFileSync(join(work, 'pid', name), 'utf8'));

/** The API server as up.sh started it. */
const apiServer = readFileSync(`/proc/${pidOf('apiserver')}/cmdline`, 'utf8').split('\0');

export async function killApiServer(): Promise<void> {
  process.kill(pidOf('apiserver'), 'SIGKILL');
  while (existsSync(`/proc/${pidOf('apiserver')}/exe`)) await sleep(50);
}

export async function startApiServer(): Promise<void> {
  const child = spawn('ip', ['netns', 'exec', 'real-cp', ...apiServer.filter((each) => each)], {
    stdio: 'ignore',
    detached: true,
    cwd: work,
  });
  child.unref();
  writeFileSync(join(work, 'pid/apiserver'), `${child.pid}\n`);
  const ready = ['curl', '-ksf', '-H', 'Authorization: Bearer admin-token', `${server}/readyz`];
  for (let count = 0; inside('cp', ready).status !== 0; count++) {
    if (count > 600) throw new Error('the API server does not come back');
    await sleep(200);
  }
}

/** Has etcd forget all that is not the present. */
export function compact(): void {
  const call = (path: string, body: object): { readonly header: { readonly revision: string } } =>
    JSON.parse(
      must('cp', [
        ...['curl', '-sf', '-X', 'POST', `http://127.0.0.1:2379/v3/kv/${path}`],
        ...['-d', JSON.stringify(body)],
      ]),
    );
  const { revision } = call('range', { key: 'AA==' }).header;
  call('compaction', { revision, physical: true });
}

/** How many lists of a resource the API server has answered, paged ones by their pages. */
export function listsOf(resource: string): number {
  const metrics = kubectl(['get', '--raw', '/metrics']);
  return metrics
    .split('\n')
    .filter((line) => line.startsWith('apiserver_request_total{'))
    .filter((line) => line.includes('verb="LIST"') && line.includes(`resource="${resource}"`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
