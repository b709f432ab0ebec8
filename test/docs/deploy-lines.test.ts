/**
 * The very lines of docs/deploy, under /bin/sh in a network namespace, against an API server of which one
 * list fails: the kernel stays as it is, and the failure is not hidden.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { startRelay } from '../support/api-relay.ts';
import { type CommandResult, type KernelAgent, startAgent } from '../support/kernel-agent.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { serviceObject, sliceObject } from '../support/kernel-cluster.ts';
import { natcProgram } from '../support/natc.ts';
import {
  kubeconfigFor,
  type Misbehaviour,
  type StandIn,
  startStandIn,
} from '../support/stand-in-api.ts';
import type { ListName } from '../support/stand-in-watch.ts';
import { makeAuthority } from '../support/test-certificates.ts';

const read = (name: string): string => readFileSync(`docs/deploy/${name}`, 'utf8');

interface Line {
  readonly name: string;
  /** As it stands in the file, for /bin/sh. */
  readonly command: string;
  /** A container's loop, which ends when it would sleep and leaves natc's status in a file. */
  readonly isLoop: boolean;
  /** All that it has, e.g. `NET_ADMIN`; undefined where nothing is taken away. */
  readonly capabilities?: readonly string[];
}

const cronLines = [...read('natc.cron').matchAll(/^(?:\S+ ){5}root (.*)$/gm)].map(
  ([, command = '']) => command,
);
const execStart = (unit: string): string =>
  (/^ExecStart=(.*)$/m.exec(read(unit))?.[1] ?? '').replaceAll('%H', 'node-a');
const capabilitiesOf = (unit: string): readonly string[] =>
  (/^CapabilityBoundingSet=(.*)$/m.exec(read(unit))?.[1] ?? '')
    .split(' ')
    .map((name) => name.replace('CAP_', ''));
const units = ['natc.service', 'natc-verify.service'];
const [container] = parseAllDocuments(read('daemonset.yaml'))
  .map((document) => document.toJS())
  .find(({ kind }) => kind === 'DaemonSet').spec.template.spec.containers;

const lines: readonly Line[] = [
  { name: 'cron, every minute', command: cronLines[0] ?? '', isLoop: false },
  { name: 'cron, every hour', command: cronLines[1] ?? '', isLoop: false },
  ...units.map((name) => ({
    name,
    command: execStart(name),
    isLoop: false,
    capabilities: capabilitiesOf(name),
  })),
  {
    name: 'daemonset.yaml',
    command: container.args[0],
    isLoop: true,
    capabilities: container.securityContext.capabilities.add,
  },
];

test('the lines are there, two of cron among them, and none has a pipe', () => {
  expect(cronLines).toHaveLength(2);
  for (const { command } of lines) {
    expect(command).toContain('natc apply --from-cluster');
    expect(command).not.toContain('|');
  }
  expect(container.command).toEqual(['/bin/sh', '-c']);
});

/** From one place to the nodes, without a configuration manager. */
const copied =
  /Without Ansible the same is:\n\n```sh\n([^`]*)```/.exec(read('README.md'))?.[1] ?? '';

const nodeObject = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { addresses: [{ type: 'InternalIP', address: '192.168.0.2' }] },
});

/** Two pages of each list. */
const worldOf = (endpoint: string): readonly object[] => [
  ...['node-a', 'node-b', 'node-c'].map(nodeObject),
  ...[1, 2, 3].flatMap((each) => [
    serviceObject(`web-${each}`, {
      clusterIP: `10.96.0.${each}`,
      ports: [{ name: 'http', port: 80 }],
    }),
    sliceObject(`web-${each}`, 'IPv4', [{ addresses: [`${endpoint}.${each}`] }]),
  ]),
];

const pages = (['nodes', 'services', 'endpointslices'] satisfies readonly ListName[]).flatMap(
  (list) => [1, 2].map((page) => ({ list, page })),
);
const ways: readonly (readonly [name: string, how: Misbehaviour])[] = [
  ['403', { kind: 'status', status: 403 }],
  ['503', { kind: 'status', status: 503, headers: { 'retry-after': '0' } }],
  ['504', { kind: 'status', status: 504, headers: { 'retry-after': '0' } }],
  ['a closed connection', { kind: 'close-before' }],
  ['429', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }],
  ['500', { kind: 'status', status: 500, headers: { 'retry-after': '0' } }],
  ['half an answer', { kind: 'close-within' }],
  ['half the JSON', { kind: 'half-json' }],
  ['410 again and again', { kind: 'status', status: 410 }],
  ['no list', { kind: 'body', body: '{"kind":"Status"}' }],
  ['401', { kind: 'status', status: 401 }],
];

const port = 6443;

describeWithKernel('the lines of docs/deploy', () => {
  // Not in /tmp, which each run has for itself, as a container has.
  const work = mkdtempSync('/var/tmp/natc-deploy-');
  const authority = makeAuthority();
  let api: StandIn;
  let node: KernelAgent;
  let endRelay: () => void;

  beforeAll(async () => {
    const account = join(work, 'run/secrets/kubernetes.io/serviceaccount');
    for (const folder of ['bin', 'tmp']) mkdirSync(join(work, folder));
    mkdirSync(account, { recursive: true });
    writeFileSync(join(account, 'token'), 'of-the-pod');
    writeFileSync(join(account, 'ca.crt'), authority.cert);
    const ca = { 'certificate-authority': join(account, 'ca.crt') };
    const server = `https://127.0.0.1:${port}`;
    writeFileSync(join(work, 'kubeconfig'), kubeconfigFor(server, { cluster: ca }));
    const program = (name: string, text: string) => {
      writeFileSync(join(work, 'bin', name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(work, 'bin', name), 0o755);
    };
    program('natc', `exec ${process.execPath} ${natcProgram} "$@"`);
    program('sleep', 'kill $PPID');
    program('hostname', 'echo node-a');
    // Another host, as far as a copy and a command go: its files are under /tmp/node-a.
    program(
      'rsync',
      `[ "$1" = --checksum ] && to=/tmp/node-a\${3#root@node-a:} && mkdir -p "\${to%/*}" && cp "$2" "$to"`,
    );
    program('ssh', '[ "$1" = root@node-a ] && exec "$2" "$3" "/tmp/node-a$4"');

    api = await startStandIn({ socket: join(work, 'api'), tls: authority.issue('127.0.0.1') });
    node = await startAgent();
    // A pod cannot; a node that pods are to serve has done it.
    await node.must(['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
    endRelay = await startRelay(node, join(work, 'api'), port);
  });
  afterAll(async () => {
    endRelay();
    await node.dispose();
    await api.close();
    rmSync(work, { recursive: true });
  });

  /** Runs a line where /run and /tmp are the node's own; gives natc's exit status. */
  async function run({ command, isLoop, capabilities }: Line): Promise<CommandResult> {
    const statusFile = join(work, 'tmp/exit-status');
    rmSync(statusFile, { force: true });
    // A pod has a service account, everything else a kubeconfig.
    const environment = isLoop
      ? ['NODE_NAME=node-a', 'KUBERNETES_SERVICE_HOST=127.0.0.1', `KUBERNETES_SERVICE_PORT=${port}`]
      : ['NATC_FLAGS=--cluster-cidr 10.244.0.0/16', `KUBECONFIG=${join(work, 'kubeconfig')}`];
    const path = `PATH=${join(work, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin`;
    const mounts = `mount --bind ${work}/run /run && mount --bind ${work}/tmp /tmp`;
    // As container runtimes do it.
    const readOnly = 'mount --rbind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys';
    const prepare = isLoop ? `${mounts} && ${readOnly}` : mounts;
    const set = capabilities?.map((name) => `,+${name.toLowerCase()}`).join('');
    const bound =
      set === undefined ? [] : ['setpriv', '--no-new-privs', `--bounding-set=-all${set}`];
    const result = await node.run([
      ...['unshare', '-m', 'sh', '-c', `${prepare} && exec "$@"`, 'sh', ...bound],
      ...['env', '-i', path, ...environment, '/bin/sh', '-c', command],
    ]);
    return isLoop ? { ...result, status: Number(readFileSync(statusFile, 'utf8')) } : result;
  }
  const kernel = () => node.must(['nft', 'list', 'ruleset']);

  test('what is compiled in one place is copied to a node, and loaded there', async () => {
    expect(copied.match(/^(natc compile|rsync|ssh) .*$/gm)).toHaveLength(3);
    api.fail();
    api.serve(worldOf('10.4.0'));
    const command = `set -e; cd /tmp; ${copied}`;
    const ran = await run({ name: 'copied', command, isLoop: false });
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    expect(await kernel()).toContain('10.4.0.3');
  });

  describe.each(lines)('$name', (line) => {
    const offset = lines.indexOf(line) * 3;

    beforeAll(async () => {
      api.fail();
      api.serve(worldOf('10.1.0'));
      expect((await run(line)).status).toBe(0);
    });

    test.each(
      pages.map(({ list, page }, index) => {
        const [way = '', how] = ways[(index + offset) % ways.length] ?? [];
        return { list, page, way, how };
      }),
    )('$way on $list, page $page: nothing changes, and that is told', async (failing) => {
      const { list, page, how } = failing;
      const before = await kernel();
      expect(before).toContain('10.1.0.3');
      api.serve(worldOf('10.2.0'));
      if (how === undefined) throw new Error('a way to fail');
      api.fail({ list, page, how });
      const { status, stdout, stderr } = await run(line);
      expect(status).toBe(3);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^<cluster>: error\[NATC507\d\]: /);
      expect(stderr).toContain(list);
      expect(await kernel()).toBe(before);
    });

    test('what fails once only does no harm', async () => {
      api.serve(worldOf('10.3.0'));
      api.fail({
        list: 'services',
        page: 2,
        how: { kind: 'status', status: 503, headers: { 'retry-after': '0' } },
        times: 1,
      });
      expect(await run(line)).toMatchObject({ status: 0, stdout: '' });
      expect(await kernel()).toContain('10.3.0.3');
    });

    test('an API server that says nothing', async () => {
      const before = await kernel();
      api.fail(...pages.map((each) => ({ ...each, how: { kind: 'hang' } as const })));
      const { status, stderr } = await run({
        ...line,
        command: line.command.replace('--from-cluster', '--from-cluster --request-timeout 1s'),
      });
      expect(status).toBe(3);
      expect(stderr).toContain('NATC5077');
      expect(await kernel()).toBe(before);
    });
  });
});
