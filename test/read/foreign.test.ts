import { expect, test } from 'vitest';
import type { Input } from '../../src/read/inputs.ts';
import { readObjects } from '../../src/read/read.ts';

const input = (name: string, text: string, found: Input['found'] = 'in a directory'): Input => ({
  name,
  bytes: Buffer.from(text),
  found,
});

const service = input(
  'web.yaml',
  'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {}\n',
);

const read = (...inputs: readonly Input[]) => readObjects([service, ...inputs]);

test.each([
  ['Chart.yaml', 'apiVersion: v2\nname: web\nversion: 1.0.0\n'],
  ['Chart.yaml of old', 'apiVersion: v1\nname: web\nversion: 1.0.0\n'],
  ['values.yaml', 'replicas: 1\nservice:\n  kind: LoadBalancer\n'],
  ['kustomization.yaml', 'resources: [a.yaml]\n'],
  ['a patch of Kustomize', '- op: remove\n  path: /spec\n'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a workflow has
  ['a workflow', 'on: push\njobs: {a: {steps: [{run: "echo ${{ github.ref }}"}]}}\n'],
  ['package.json', '{"name": "web"}'],
  ['JSON with comments', '{\n  // strict\n  "compilerOptions": {}\n}\n'],
  ['a pipeline', 'kind: pipeline\ntype: docker\n'],
  ['text', 'nothing but text\n'],
  ['several documents', 'a: 1\n---\nb: 2\n'],
])('%s in a directory is passed over, and counted', (name, text) => {
  const { diagnostics, foreign, objects } = read(input(name, text));
  expect(foreign).toEqual([name]);
  expect(objects).toHaveLength(1);
  expect(diagnostics).toMatchObject([{ code: 'NATC1065', severity: 'note' }]);
  // Whoever names it means it.
  const { found: _, ...named } = input(name, text);
  expect(read(named).diagnostics[0]).toMatchObject({ severity: 'error' });
});

test.each([
  ['a Service without a kind', 'apiVersion: v1\nmetadata: {name: web}\nspec: {}\n'],
  ['a Service without an apiVersion', 'kind: Service\nmetadata: {name: web}\n'],
  ['misspelt keys', 'apiversion: v1\nKind: Service\n'],
  ['an object without its first lines', 'metadata: {name: web}\nspec: {ports: []}\n'],
  ['a List without its last line', 'items:\n- {apiVersion: v1, kind: Service}\n'],
  ['a list of objects', '- {apiVersion: v1, kind: Service}\n'],
  ['a document without a head beside a whole one', 'a: 1\n---\napiVersion: v1\nkind: Node\n'],
  ['YAML with an error', 'kind: Service\n  a: b\n'],
  ['JSON without its end', '{"items": ['],
  ['watch events', '{"type": "ADDED", "object": {"kind": "Service"}}\n'],
  ['what kubectl says where it fails', 'error: You must be logged in\n'],
  ['what the API server says', '{"kind": "Status", "apiVersion": "v1", "status": "Failure"}\n'],
])('%s is an error in a directory too', (name, text) => {
  const { diagnostics, foreign } = read(input(name, text));
  expect(foreign).toEqual([]);
  expect(diagnostics.map(({ severity }) => severity)).toContain('error');
});

test('comments are nothing to pass over, and objects of other kinds are counted as such', () => {
  const { diagnostics, foreign, skipped } = read(
    input('comments.yaml', '# nothing yet\n'),
    input('other.yaml', 'apiVersion: apps/v1\nkind: Deployment\n'),
  );
  expect([diagnostics, foreign, [...skipped]]).toEqual([[], [], [['Deployment', 1]]]);
});

test('templates of a chart are passed over with a warning, whether they are YAML or not', () => {
  const head = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: ';
  const { diagnostics, objects } = read(
    input('a.yaml', `${head}{{ .Release.Name }}\n`, 'in a chart'),
    input('b.yaml', `${head}"{{ .Release.Name }}"\n`, 'in a chart'),
    input('c.yaml', `${head}plain\n`, 'in a chart'),
  );
  expect(objects).toHaveLength(2);
  expect(diagnostics).toMatchObject([
    {
      code: 'NATC1066',
      severity: 'warning',
      message: '2 files (a.yaml, b.yaml) are templates of a Helm chart: passed over',
    },
  ]);
});

test('where nothing else is there, the error counts them', () => {
  const { diagnostics } = readObjects([input('a.yaml', 'a: 1\n'), input('b.yaml', 'b: 1\n')]);
  const error = diagnostics.find(({ severity }) => severity === 'error');
  expect(error?.message).toMatch(/found, only 2 files without Kubernetes objects$/);
});
