/** `--base`, and `natc diff cluster`: what kubectl apply of manifests would change. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { kubeconfigFor, startStandIn } from '../support/stand-in-api.ts';
import { natcInProcess } from '../support/terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'natc-base-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type Item = Readonly<Record<string, unknown>>;

const file = (name: string, items: readonly Item[]): string => {
  const path = join(directory, `${name}.json`);
  writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  return path;
};

const stored = (name: string, clusterIP: string, spec: Item, last?: Item): Item => ({
  ...{ apiVersion: 'v1', kind: 'Service' },
  metadata: {
    ...{ name, namespace: 'shop', uid: `uid-${name}`, creationTimestamp: '2026-01-01T00:00:00Z' },
    ...(last && {
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: last }),
      },
    }),
  },
  spec: { clusterIP, clusterIPs: [clusterIP], ipFamilies: ['IPv4'], ...spec },
});
const written = (name: string, spec: Item): Item => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' } },
  spec,
});
const slice = (
  service: string,
  ports: readonly Item[],
  pods: Readonly<Record<string, string>>,
) => ({
  ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4', ports },
  metadata: {
    name: `${service}-x1`,
    namespace: 'shop',
    labels: {
      'kubernetes.io/service-name': service,
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    },
  },
  endpoints: Object.entries(pods).map(([name, address]) => ({
    addresses: [address],
    conditions: { ready: true },
    targetRef: { kind: 'Pod', namespace: 'shop', name },
  })),
});
const deployment = (name: string, replicas: number, labels: Item, ports: readonly Item[] = []) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shop' } },
  spec: { replicas, template: { metadata: { labels }, spec: { containers: [{ ports }] } } },
});
const pod = (name: string, labels: Item, podIP: string) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', labels } },
  spec: { containers: [{ ports: [{ name: 'web', containerPort: 8080 }] }] },
  status: { phase: 'Running', podIP, conditions: [{ type: 'Ready', status: 'True' }] },
});

const webPorts = [{ port: 80, targetPort: 8080 }];
const webSpec = { selector: { app: 'web' }, ports: webPorts };
const web = slice('web', [{ port: 8080 }], {
  'web-5d9f-aaaaa': '10.180.1.1',
  'web-5d9f-bbbbb': '10.180.1.2',
  'web-5d9f-ccccc': '10.180.1.3',
});
const api = stored('api', '10.96.1.20', { selector: { app: 'api' }, ports: [{ port: 80 }] });
const apiSlice = slice('api', [{ port: 80 }], { 'api-77c4-aaaaa': '10.180.2.1' });
const cluster = file('cluster', [
  stored('web', '10.96.1.10', webSpec, webSpec),
  web,
  api,
  apiSlice,
]);

const apply = async (items: readonly Item[], base = cluster, ...more: readonly string[]) => {
  const { exitCode, stdout, stderr } = await natcInProcess([
    ...['diff', '--base', base, file('written', items), '--no-natc-config', ...more],
  ]);
  return { exitCode, text: `${stdout}${stderr}` };
};

describe('natc diff --base', () => {
  test('says nothing where kubectl apply would change nothing, and deletes nothing', async () => {
    expect(await apply([written('web', webSpec)])).toEqual({ exitCode: 0, text: '' });
    // Workloads alone are manifests enough.
    expect(await apply([deployment('web', 3, { app: 'web' })])).toEqual({ exitCode: 0, text: '' });
    const alone = file('alone', [deployment('web', 3, { app: 'web' })]);
    expect(await natcInProcess(['list', '--base', cluster, alone])).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
  });

  test('another targetPort is one for the endpoints that there are', async () => {
    const ports = [{ port: 80, targetPort: 9090 }];
    const { exitCode, text } = await apply([written('web', { ...webSpec, ports })]);
    expect(exitCode).toBe(1);
    expect(text).toContain('gains 10.180.1.1:9090, 10.180.1.2:9090, 10.180.1.3:9090');
  });

  test('fewer replicas are fewer of the endpoints that there are, more are new ones', async () => {
    expect((await apply([deployment('web', 1, { app: 'web' })])).text).toContain(
      'loses 10.180.1.2:8080, 10.180.1.3:8080',
    );
    expect((await apply([deployment('web', 4, { app: 'web' })])).text).toMatch(
      /gains \S+ \(pod 4 of Deployment shop\/web\) \(1\/4\)/,
    );
  });

  test('labels of a template that the selector does not find any more', async () => {
    const { text } = await apply([deployment('web', 3, { app: 'shop' })]);
    expect(text).toContain('nobody answers here any more');
    expect(text).not.toContain('is new');
  });

  test('another selector finds what the manifests or the pods of the cluster tell', async () => {
    const other = written('web', { ...webSpec, selector: { app: 'api' } });
    // Nobody knows the labels of pods of which nothing but the address is there.
    const unknown = await apply([other]);
    expect(unknown).toMatchObject({ exitCode: 1 });
    expect(unknown.text).toContain('NATC3045');
    const told = await apply([other, deployment('api', 1, { app: 'api' })]);
    expect(told.text).toContain('gains 10.180.2.1:8080');
    const withPods = file('pods', [
      ...[stored('web', '10.96.1.10', webSpec), web, api, apiSlice],
      ...[
        pod('web-5d9f-aaaaa', { app: 'web' }, '10.180.1.1'),
        pod('api-1', { app: 'api' }, '10.180.2.9'),
      ],
    ]);
    expect((await apply([other], withPods)).text).toContain('gains 10.180.2.9:8080');
    const nothing = written('web', { ...webSpec, selector: { app: 'nothing' } });
    const { text } = await apply([nothing], withPods);
    expect(text).toContain('nobody answers here any more');
    expect(text).not.toContain('NATC3045');
  });

  test('a named targetPort keeps what the cluster resolved, or has what the template says', async () => {
    const ports = [{ port: 80, targetPort: 'web' }];
    const named = { selector: { app: 'web' }, ports };
    const base = file('named', [stored('web', '10.96.1.10', named, named), web]);
    expect(await apply([written('web', named)], base)).toEqual({ exitCode: 0, text: '' });
    const two = {
      ...named,
      ports: [
        ...ports.map((each) => ({ ...each, name: 'a' })),
        { name: 'b', port: 81, targetPort: 'web' },
      ],
    };
    expect((await apply([written('web', two)], base)).text).toContain('10.180.1.1:8080');
    const moved = deployment('web', 3, { app: 'web' }, [{ name: 'web', containerPort: 9000 }]);
    expect((await apply([moved], base)).text).toContain('gains 10.180.1.1:9000');
    const lost = deployment('web', 3, { app: 'web' }, [{ name: 'http', containerPort: 9000 }]);
    expect((await apply([lost], base)).text).toContain('NATC3047');
  });

  test('types: node ports are released, an ExternalName has no cluster IP', async () => {
    const ports = [{ port: 80, targetPort: 8080, nodePort: 30080 }];
    const last = { ...webSpec, type: 'NodePort' };
    const base = file('types', [stored('web', '10.96.1.10', { ...last, ports }, last), web]);
    expect(await apply([written('web', last)], base)).toEqual({ exitCode: 0, text: '' });
    expect((await apply([written('web', webSpec)], base)).text).toMatch(/- node port 30080\/TCP/);
    const outside = written('web', { type: 'ExternalName', externalName: 'shop.example' });
    const { text } = await apply([outside], base);
    expect(text).toContain('- cluster IP 10.96.1.10:80/TCP, node port 30080/TCP');
    const external = file('external', [
      { ...outside, metadata: { name: 'web', namespace: 'shop', uid: 'u' } },
    ]);
    expect(
      (await apply([written('web', webSpec), deployment('web', 1, { app: 'web' })], external)).text,
    ).toMatch(/cluster IP \S+:80\/TCP \(allocated\)/);
  });

  test('what somebody edited by hand stays where the last apply is known', async () => {
    const edited = { ...webSpec, externalIPs: ['203.0.113.9'] };
    const byHand = file('edited', [stored('web', '10.96.1.10', edited, webSpec), web]);
    expect(await apply([written('web', webSpec)], byHand)).toMatchObject({ exitCode: 0 });
    const fromLast = file('from-last', [stored('web', '10.96.1.10', edited, edited), web]);
    const unknown = file('no-last', [stored('web', '10.96.1.10', edited), web]);
    for (const base of [fromLast, unknown])
      expect((await apply([written('web', webSpec)], base)).text).toContain(
        'external IP 203.0.113.9',
      );
  });

  test('two sides: what a pull request changes in the cluster, with what is deleted', async () => {
    const old = file('old', [written('web', webSpec), api]);
    const next = file('new', [written('web', { ...webSpec, sessionAffinity: 'ClientIP' })]);
    const args = ['diff', '--base', cluster, '--no-natc-config', old, next];
    const kept = await natcInProcess(args);
    expect(kept.stdout).toContain('Service shop/web');
    expect(kept.stdout).not.toContain('shop/api');
    expect(kept.stderr).toContain('NATC2154');
    const pruned = await natcInProcess([...args, '--prune']);
    expect(pruned.stdout).toContain('Service shop/api (removed)');
    expect(pruned.stderr).toBe('');
  });

  test('for each node', async () => {
    const nodes = file('nodes', [
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' }, spec: {}, status: {} },
    ]);
    const more = ['--all-nodes', '--nodes', nodes];
    expect(await apply([written('web', webSpec)], cluster, ...more)).toMatchObject({ exitCode: 0 });
    expect(await apply([deployment('web', 3, { app: 'web' })], cluster, ...more)).toEqual({
      exitCode: 0,
      text: 'No difference on any node: node-a\n',
    });
    expect((await apply([deployment('web', 1, { app: 'web' })], cluster, ...more)).text).toContain(
      'loses 10.180.1.2:8080',
    );
  });

  test('a command line that means nothing is refused', async () => {
    for (const args of [
      ['diff', cluster],
      ['diff', '--base', 'live', cluster],
      ['list', '--base', 'golden.nft', cluster],
      ['diff', '--base', cluster, cluster, '--prune'],
      ['diff', '--base', cluster, cluster, '--no-allocate'],
      ['list', '--base', cluster, '--from-cluster'],
      ['compile', '--base', cluster, '-f', cluster, '--state-dir', directory],
    ])
      expect(await natcInProcess(args)).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

test('list and compile take what the cluster has', async () => {
  const path = file('written', [written('web', webSpec)]);
  const { stdout } = await natcInProcess(['list', '--base', cluster, '-f', path]);
  expect(stdout).toMatch(/web +80\/TCP|10\.96\.1\.10/);
  expect(stdout).toContain('10.96.1.20');
  expect(stdout).not.toContain('allocated');
  const compiled = await natcInProcess(['compile', '--base', cluster, '-f', path]);
  expect(compiled.stdout).toContain('10.180.1.3');
  expect(compiled.stderr).toBe('');
});

const inputs = '../shared/inputs';
test.skipIf(!existsSync(inputs))(
  `applying what a real cluster was made from changes nothing in it (skipped without ${inputs})`,
  async () => {
    const raw = `${inputs}/real-apiserver-kinds-raw-manifests.json`;
    const run = (path: string) =>
      natcInProcess(['diff', '--base', `${inputs}/real-apiserver-kinds.yaml`, path, '-q']);
    const { exitCode, stdout, stderr } = await run(raw);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    // Some targetPorts are names that no container has.
    expect(new Set(stderr.match(/NATC\d{4}/g))).toEqual(new Set(['NATC3047']));
    const edited = join(directory, 'edited.json');
    writeFileSync(edited, readFileSync(raw, 'utf8').replace('"replicas": 4', '"replicas": 3'));
    expect((await run(edited)).exitCode).toBe(1);
  },
);

describe('a cluster that manifests are laid on', () => {
  const container = { name: 'c', image: 'web:1', env: [{ name: 'SECRET', value: 's' }] };
  const objects = [
    ...[stored('web', '10.96.1.10', webSpec, webSpec), web, api, apiSlice],
    ...['1', '2'].map((end) => {
      const own = pod(`db-${end}`, { app: 'db' }, `10.180.3.${end}`);
      return { ...own, spec: { containers: [container], nodeName: 'node-a' } };
    }),
  ];
  const written3 = file('selector', [written('web', { ...webSpec, selector: { app: 'db' } })]);

  test.each([
    ['natc diff cluster', ['diff', 'cluster', written3]],
    ['natc diff --base cluster', ['diff', '--base', 'cluster', written3]],
    ['natc diff --all-nodes', ['diff', 'cluster', written3, '--all-nodes', '--nodes']],
  ])('%s looks for another selector among its pods', async (_, args) => {
    const server = await startStandIn();
    const kubeconfig = join(directory, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigFor(server.url));
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' } };
    const nodes = args.includes('--nodes') ? [file('node', [node])] : [];
    const run = () =>
      natcInProcess([...args, ...nodes, '--kubeconfig', kubeconfig, '--no-natc-config']);
    try {
      server.serve(objects);
      const known = await run();
      expect(known.stdout).toContain('10.180.3.1:8080, 10.180.3.2:8080');
      expect(known).toMatchObject({ exitCode: 1, stderr: '' });
      expect(server.requests).toContain('pods 1');
      // Who may not list pods hears what that costs, and the rest is compared.
      server.fail({ list: 'pods', page: 1, how: { kind: 'status', status: 403 } });
      const unknown = await run();
      expect(unknown.exitCode).toBe(1);
      expect(unknown.stderr).toContain('warning[NATC3061]: pods, page 1, could not be listed');
      expect(unknown.stderr).toContain('NATC3045');
      // A list that broke off is no list of those that there are.
      server.fail({ list: 'pods', page: 1, how: { kind: 'half-json' } });
      expect(await run()).toMatchObject({ exitCode: 3, stdout: '' });
    } finally {
      await server.close();
    }
  });

  test('nobody else asks for pods', async () => {
    const server = await startStandIn();
    const kubeconfig = join(directory, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigFor(server.url));
    server.serve(objects);
    for (const args of [
      ['list', '--from-cluster'],
      ['diff', 'cluster', 'cluster'],
      ['diff', 'cluster', written3, '--no-base'],
    ])
      await natcInProcess([...args, '--kubeconfig', kubeconfig, '--no-natc-config']);
    expect(server.requests.filter((each) => each.startsWith('pods'))).toEqual([]);
    await server.close();
  });
});
