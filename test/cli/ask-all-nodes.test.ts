/** natc assert and natc reach --all-nodes against what they say of each node alone. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { problemsOf } from '../support/schemas.ts';
import { natcInProcess } from '../support/terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'natc-ask-nodes-'));
afterAll(() => rmSync(directory, { recursive: true }));
const write = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

const node = (name: string, address: string, cidr: string) => `---
apiVersion: v1
kind: Node
metadata: {name: ${name}}
spec: {podCIDR: ${cidr}}
status: {addresses: [{type: InternalIP, address: ${address}}]}
`;
const service = (policy: string) => `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: NodePort
  clusterIP: 10.96.0.10
  externalTrafficPolicy: ${policy}
  externalIPs: [192.0.2.10]
  ports:
    - port: 80
      nodePort: 30080
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{port: 8080, protocol: TCP}]
endpoints: [{addresses: [10.1.1.5], nodeName: node-a}]
`;
const threeNodes = [
  node('node-a', '192.168.0.11', '10.1.1.0/24'),
  node('node-b', '192.168.0.12', '10.1.2.0/24'),
  node('node-c', '192.168.0.13', '10.1.3.0/24'),
].join('');
const nodes = write('nodes.yaml', threeNodes);
const local = write('local.yaml', service('Local'));
const everywhere = write('cluster.yaml', service('Cluster'));
const rules = write(
  'rules.yaml',
  `apiVersion: natc.dev/v1alpha1
kind: Assertions
assertions:
  - name: closed
    from: outside
    mustNotReach: {nodePorts: all}
  - name: endpoints
    from: outside
    mustHaveEndpoints: 1
  - name: fixed
    externalIPsMustBeIn: 192.0.2.0/24
`,
);
const since = write(
  'since.yaml',
  `apiVersion: natc.dev/v1alpha1
kind: Assertions
assertions: [{name: new, from: outside, mayReachOnly: before}]
`,
);
const flags = ['-q', '--cluster-cidr', '10.1.0.0/16'];
const run = (...args: readonly string[]) => natcInProcess([...args, ...flags]);
const all = ['--all-nodes', '--nodes', nodes];
const inFirst = (text: string): string => text.replaceAll(directory, '.');

describe('natc assert --all-nodes', () => {
  test('tells once what is broken alike, and names the nodes of the rest', async () => {
    const { stdout, exitCode } = await run('assert', '-r', rules, everywhere, ...all);
    expect(inFirst(stdout)).toBe(`broken[NATC6110]  closed  ./rules.yaml:4:5
  On all 3 nodes: shop/web answers clients outside at node port 30080/TCP
    packet  203.0.113.77 to 192.168.0.11:30080/TCP: sent to 10.1.1.5:8080, source rewritten
    line    ./cluster.yaml:11:17

holds  endpoints
holds  fixed

1 of 3 assertions is broken on all 3 nodes
`);
    expect(exitCode).toBe(1);
    const some = await run('assert', '-r', rules, local, ...all);
    expect(some.stdout).toContain(
      '  On node-a: shop/web answers clients outside at 192.168.0.11:30080/TCP (NodePort)\n',
    );
    expect(some.stdout).toMatch(
      / {2}On 2 of 3 nodes \(node-b, node-c\): shop\/web has 0 endpoints at node port 30080\/TCP.*, and must have 1\n/,
    );
    expect(some.stdout).toContain('2 of 3 assertions are broken on all 3 nodes\n');
  });

  test('-o github, junit, sarif and json name the nodes', async () => {
    const as = async (output: string) =>
      (await run('assert', '-r', rules, local, ...all, '-o', output)).stdout;
    expect(await as('github')).toContain('"closed" is broken on node-a: shop/web answers');
    expect(await as('junit')).toContain('message="On node-a: shop/web answers clients outside');
    expect(await as('sarif')).toContain('is broken on 2 of 3 nodes (node-b, node-c): shop/web has');
    const json = JSON.parse(await as('json'));
    expect(problemsOf('natc.assert/v1', json)).toEqual([]);
    expect(json).toMatchObject({
      holds: false,
      nodes: ['node-a', 'node-b', 'node-c'],
      assertions: [{ breaches: [{ nodes: ['node-a'] }] }, {}, { holds: true }],
    });
  });

  test('on each node it is what is said of it alone', async () => {
    const listing = readFileSync('fixtures/diff-nodes/new.yaml', 'utf8');
    const names = ['node-a', 'node-b', 'node-c', 'node-d', 'node-e', 'node-new'];
    const manifests = write('both.yaml', listing);
    const told = async (...args: readonly string[]) =>
      JSON.parse((await run('assert', '-r', rules, manifests, '-o', 'json', ...args)).stdout);
    const together = await told('--all-nodes');
    expect(together.nodes).toEqual(names);
    for (const name of names) {
      const alone = await told('--node-name', name);
      for (const [index, { breaches }] of alone.assertions.entries()) {
        const texts = breaches.map(({ text }: { text: string }) => text);
        const own = together.assertions[index].breaches
          .filter((each: { nodes: string[] }) => each.nodes.includes(name))
          .map(({ text }: { text: string }) => text);
        expect(own).toEqual(texts);
      }
    }
  });

  test('compares the nodes that both sides have, and says of which others it does not', async () => {
    const grown = await run('assert', '-r', since, everywhere, '--before', local, ...all);
    expect(grown.stdout).toContain('On 2 of 3 nodes (node-b, node-c): shop/web answers');
    const more = write('more.yaml', `${service('Cluster')}${threeNodes}`);
    const few = write('few.yaml', `${service('Cluster')}---${threeNodes.split('---')[1]}`);
    const left = await natcInProcess(
      ['assert', '-r', since, more, '--before', few, '--all-nodes', ...flags].filter(
        (each) => each !== '-q',
      ),
    );
    expect(left.stdout).toContain('the assertion holds on 1 node\n');
    expect(left.stderr).toContain('"new" is not judged on node-b, node-c: it compares with');
    expect(left.exitCode).toBe(1);
    expect((await run('assert', '-r', since, more, '--before', more, '--all-nodes')).exitCode).toBe(
      0,
    );
  });
});

describe('natc reach --all-nodes', () => {
  test('has a row once, with the nodes that answer so', async () => {
    const { stdout, exitCode } = await run('reach', local, ...all);
    expect(inFirst(stdout)).toBe(
      `ADDRESS       PORT        KIND         SERVICE    FROM   NODES    LINE
192.0.2.10    80/TCP      ExternalIP   shop/web   all    node-a   ./local.yaml:8
node (IPv4)   30080/TCP   NodePort     shop/web   all    node-a   ./local.yaml:11

Clients outside are answered at 2 destinations of 1 Service on 3 nodes.
1 port of cluster IPs would answer too where a route from outside leads here (--cluster-ips lists them).
`,
    );
    expect(exitCode).toBe(0);
    expect((await run('reach', everywhere, ...all, '-o', 'markdown')).stdout).toContain(
      '| node (IPv4) | 30080/TCP | NodePort | shop/web | all | all |',
    );
  });

  test('on each node it is what is said of it alone', async () => {
    const told = async (...args: readonly string[]) =>
      JSON.parse((await run('reach', local, '--from', 'anyone', '-o', 'json', ...args)).stdout);
    const together = await told(...all);
    expect(problemsOf('natc.reach/v1', together)).toEqual([]);
    const both = write('with-nodes.yaml', `${service('Local')}${threeNodes}`);
    for (const name of together.nodes) {
      const { stdout } = await run(
        ...['reach', both, '--from', 'anyone', '-o', 'json', '--node-name', name],
      );
      const own = together.answers
        .filter((each: { nodes: string[] }) => each.nodes.includes(name))
        .map(({ nodes: _, origin: __, ...rest }: Record<string, unknown>) => rest);
      const alone = JSON.parse(stdout).answers.map(
        ({ origin: _, ...rest }: Record<string, unknown>) => rest,
      );
      expect(own).toEqual(alone);
    }
  });
});

describe.each([
  ['reach', []],
  ['assert', ['-r', rules]],
] as const)('natc %s', (command, more) => {
  test.each([
    [[local, '--nodes', nodes], '--nodes needs --all-nodes'],
    [['--live', '--all-nodes'], '--live is the kernel of one node'],
    [[local, '--all-nodes', '--node-name', 'a'], '--node-name is for one node'],
    [[local, '--all-nodes'], 'the input holds no Node object; name a file of them with --nodes'],
    [['-', '--all-nodes', '--nodes', '-'], 'stdin can be named only once'],
  ])('%j: 2', async (args, says) => {
    const { exitCode, stderr, stdout } = await run(command, ...more, ...args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
  });

  test('an error of the objects is told once, with 2', async () => {
    const wrong = write('wrong.yaml', service('Sometimes'));
    const { exitCode, stderr } = await run(command, ...more, wrong, ...all);
    expect(exitCode).toBe(2);
    expect(stderr.match(/error\[/g)).toHaveLength(1);
  });
});
