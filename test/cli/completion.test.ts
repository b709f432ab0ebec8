/** Manifests as people keep them: what an edit of a workload or a Service does to packets. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { natcInProcess } from '../support/terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'natc-completion-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const manifest = `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: NodePort
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: http
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 3
  template:
    metadata:
      labels:
        app: web
        tier: front
    spec:
      containers:
        - name: web
          image: web:1
          ports:
            - name: http
              containerPort: 8080
`;
const old = join(directory, 'old.yaml');
writeFileSync(old, manifest);

async function edited(from: string, to: string) {
  const next = join(directory, 'new.yaml');
  expect(manifest).toContain(from);
  writeFileSync(next, manifest.replace(from, to));
  return natcInProcess(['diff', old, next, '-q']);
}

test.each([
  [
    'replicas: 3',
    'replicas: 1',
    '3 endpoints become 1: Deployment shop/web has 1 pod instead of 3',
  ],
  [
    '    app: web\n  ports',
    '    app: wbe\n  ports',
    'the selector app=wbe matches nothing any more',
  ],
  ['targetPort: http', 'targetPort: web', "targetPort web is no container's TCP port"],
  ['replicas: 3', 'replicas: 0', '3 endpoints become 0'],
  ['containerPort: 8080', 'containerPort: 8081', ':8081 (pod 1 of Deployment shop/web)'],
  ['port: 80\n', 'port: 81\n', ':81/TCP (allocated)'],
  ['type: NodePort', 'type: ClusterIP', 'node port'],
  ['  type: NodePort', '  sessionAffinity: ClientIP\n  type: NodePort', 'affinity'],
])('%j to %j', async (from, to, says) => {
  const { exitCode, stdout } = await edited(from, to);
  expect(stdout).toContain(says);
  expect(exitCode).toBe(1);
});

test.each([
  ['image: web:1', 'image: web:2'],
  ['tier: front', 'tier: back'],
])('%j to %j changes no packet', async (from, to) => {
  expect(await edited(from, to)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});

test('apply makes nothing up, and compile only when it is asked', async () => {
  const { stderr } = await natcInProcess(['apply', '--allocate', '-f', old]);
  expect(stderr).toContain('--allocate');
  expect((await natcInProcess(['compile', '-f', old])).stdout).not.toContain('10.');
  const { stdout } = await natcInProcess(['compile', '--allocate', '-f', old]);
  expect(stdout).toContain('# Not for a node');
});

test('--quiet takes nothing away that an answer depends on', async () => {
  const unnamed = join(directory, 'unnamed.yaml');
  writeFileSync(unnamed, manifest.replace('targetPort: http', 'targetPort: web'));
  const many = join(directory, 'many.yaml');
  const node = '---\napiVersion: v1\nkind: Node\nmetadata:\n  name: node-a\n';
  const crowded = manifest.replace('    spec:\n', '    spec:\n      hostNetwork: true\n');
  writeFileSync(many, `${crowded}${node}`);
  for (const args of [
    ['list', '-f'],
    ['check', '--no-kernel', '--no-sysctl', '-f'],
    ['explain', '192.0.2.1', 'shop/web', '-f'],
    ['diff', old],
    ['compile', '--allocate', '-f'],
  ]) {
    const run = (path: string) => natcInProcess([...args, path, '-q']);
    expect((await run(unnamed)).stderr, args[0]).toContain('NATC3047');
    expect((await run(many)).stderr, args[0]).toContain('NATC3049');
  }
});

test('a golden ruleset tells what was made up for it', async () => {
  const golden = join(directory, 'golden.nft');
  await natcInProcess(['compile', '--allocate', '-f', old, '--out-file', golden]);
  expect(await natcInProcess(['diff', golden, old, '-q'])).toMatchObject({ exitCode: 0 });
  const { stdout } = await natcInProcess(['diff', golden, '/dev/null', '-q']);
  expect(stdout).toMatch(/cluster IP 10\.\S+:80\/TCP \(allocated\)/);
  expect(stdout).toMatch(/node port \d+\/TCP \(allocated\)/);
  expect(stdout).toContain('(pod 1 of Deployment shop/web)');
  const address = /cluster IP (10\.[\d.]+)/.exec(stdout)?.[1];
  const explained = await natcInProcess([
    'explain',
    '192.0.2.1',
    `${address}:80`,
    '--ruleset',
    golden,
  ]);
  expect(explained.stdout).toContain('(allocated)');
});

test('a Service that is given twice is told of once', async () => {
  const twice = join(directory, 'twice.yaml');
  const [service = '', deployment = ''] = manifest.split('---\n');
  writeFileSync(
    twice,
    [service, service.replace('targetPort: http', 'targetPort: 9'), deployment].join('---\n'),
  );
  const { stderr } = await natcInProcess(['list', '-f', twice]);
  expect(stderr.match(/NATC\d{4}/g)).toEqual(['NATC2007']);
  expect(stderr).toContain('Service shop/web is given more than once');
});
