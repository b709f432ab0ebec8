import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { collectInputs } from '../../src/read/inputs.ts';
import { readObjects } from '../../src/read/read.ts';
import { readText, summary } from '../support/read.ts';

const kindsOf = (text: string) => readText(text).objects.map(({ kind }) => kind);
const service = (name: string) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name } });
const names = (text: string) =>
  readText(text).objects.map(
    ({ value }) => (value['metadata'] as { readonly name: string } | undefined)?.name,
  );

test('reads the kinds of natc and counts the others', () => {
  const { objects, skipped, diagnostics } = readText(`
apiVersion: v1
kind: Service
---
apiVersion: v1
kind: Endpoints
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
---
apiVersion: v1
kind: Node
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
---
apiVersion: v1
kind: Pod
---
apiVersion: v1
kind: PodList
items: [{}, {}]
---
apiVersion: serving.knative.dev/v1
kind: Service
---
apiVersion: example.com/v1
kind: AllowList
`);
  expect(diagnostics).toEqual([]);
  expect(objects.map(({ kind }) => kind)).toEqual([
    'Service',
    'Endpoints',
    'EndpointSlice',
    'Node',
    'KubeProxyConfiguration',
  ]);
  expect([...skipped]).toEqual([
    ['Pod', 3],
    ['Service.serving.knative.dev', 1],
    ['AllowList', 1],
  ]);
});

test('the items of typed lists have the kind and apiVersion of their list', () => {
  const list = (apiVersion: string, kind: string) =>
    JSON.stringify({ apiVersion, kind: `${kind}List`, items: [{ metadata: { name: 'a' } }] });
  const text = [
    list('v1', 'Service'),
    list('v1', 'Endpoints'),
    list('discovery.k8s.io/v1', 'EndpointSlice'),
    list('v1', 'Node'),
  ].join('\n');
  expect(readText(text).objects.map(({ kind, apiVersion }) => `${kind} ${apiVersion}`)).toEqual([
    'Service v1',
    'Endpoints v1',
    'EndpointSlice discovery.k8s.io/v1',
    'Node v1',
  ]);
  expect(readText(text).objects[0]?.value).toEqual({ metadata: { name: 'a' } });
});

test('an item of a plain List has to say its own kind', () => {
  const { diagnostics } = readText('{"apiVersion":"v1","kind":"List","items":[{}]}');
  expect(diagnostics.map(summary)).toEqual([
    'NATC1031 1:43-1:44 the object has no apiVersion and no kind',
  ]);
});

test('opens Lists in Lists, in order, and takes null items for none', () => {
  const list = (...items: unknown[]) => ({ apiVersion: 'v1', kind: 'List', items });
  const nested = list(service('a'), list(service('b'), service('c')), service('d'));
  expect(names(JSON.stringify(nested))).toEqual(['a', 'b', 'c', 'd']);
  const empty = '{"apiVersion":"v1","kind":"ServiceList","items":null}';
  expect(readText(`${empty}${JSON.stringify(service('a'))}`).diagnostics).toEqual([]);
});

test('reads streams of JSON values', () => {
  const values = [service('a'), service('b'), service('c')];
  expect(names(values.map((value) => JSON.stringify(value)).join('\n'))).toEqual(['a', 'b', 'c']);
  expect(names(values.map((value) => JSON.stringify(value, null, 4)).join(''))).toEqual([
    'a',
    'b',
    'c',
  ]);
});

test('reads JSON and KYAML as documents of a YAML stream', () => {
  expect(
    names(`---
${JSON.stringify(service('a'))}
---
# KYAML, as kubectl get -o kyaml prints it
{
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    name: "b", # with comments
  },
}
---
{apiVersion: v1, kind: Service, metadata: {name: c}}
--- # a comment beside it
apiVersion: v1
kind: Service
metadata:
  name: d
`),
  ).toEqual(['a', 'b', 'c', 'd']);
});

test('passes over empty documents, comments and a byte order mark', () => {
  expect(
    kindsOf(
      '\ufeff# one\n---\n---\n# two\n---\napiVersion: v1\nkind: Service\n... # end\n# three\n---\napiVersion: v1\nkind: Node\n---\n',
    ),
  ).toEqual(['Service', 'Node']);
});

test('reads CRLF line breaks', () => {
  const { objects } = readText(
    'apiVersion: v1\r\nkind: Service\r\nmetadata:\r\n  annotations:\r\n    a: |\r\n      b\r\n      c\r\n',
  );
  expect(objects[0]?.value['metadata']).toEqual({ annotations: { a: 'b\nc\n' } });
});

test('fills in aliases and merge keys as kubectl does', () => {
  const { objects, diagnostics } = readText(`
apiVersion: v1
kind: Service
a: &base {x: 1, w: 2}
b: *base
c: {x: 0, <<: *base, w: 3}
d: {<<: [{x: 1}, {x: 2, z: 2}]}
`);
  expect(diagnostics).toEqual([]);
  expect(objects[0]?.value).toMatchObject({
    b: { x: 1, w: 2 },
    c: { x: 1, w: 3 },
    d: { x: 1, z: 2 },
  });
});

test('tags decide between text and value', () => {
  const { objects } = readText(
    'apiVersion: v1\nkind: Service\na: !!str 80\nb: !!int "80"\nc: !x 80\nd: "80"\ne: 80\n',
  );
  expect(objects[0]?.value).toMatchObject({ a: '80', b: 80, c: '80', d: '80', e: 80 });
});

test('the key __proto__ is an ordinary key', () => {
  for (const text of [
    'apiVersion: v1\nkind: Service\nmetadata:\n  labels:\n    __proto__: {polluted: 1}\n',
    '{"apiVersion":"v1","kind":"Service","metadata":{"labels":{"__proto__":{"polluted":1}}}}',
  ]) {
    const metadata = readText(text).objects[0]?.value['metadata'];
    const { labels } = metadata as { readonly labels: object };
    expect(Object.keys(labels)).toEqual(['__proto__']);
    expect('polluted' in labels).toBe(false);
  }
});

test('of a key that JSON gives twice, the last one counts', () => {
  const { objects, diagnostics } = readText('{"apiVersion":"v1","kind":"Service","a":1,"a":2}');
  expect(objects[0]?.value['a']).toBe(2);
  expect(diagnostics).toEqual([]);
});

test('goes on after a document, an item or an input that is broken', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const { objects, diagnostics } = readObjects([
    { name: 'a.yaml', bytes: bytes('kind: "Service\n---\napiVersion: v1\nkind: Node\n') },
    { name: 'b.yaml', bytes: Uint8Array.of(0xc3, 0x28) },
    {
      name: 'c.yaml',
      bytes: bytes('apiVersion: v1\nkind: List\nitems:\n- 5\n- apiVersion: v1\n  kind: Service\n'),
    },
  ]);
  expect(objects.map(({ kind }) => kind)).toEqual(['Node', 'Service']);
  expect(diagnostics.map(({ code }) => code)).toEqual(['NATC1014', 'NATC1011', 'NATC1030']);
});

test('of an object in which something could not be read, nothing more is said', () => {
  const { objects, diagnostics } = readText(`apiVersion: v1
kind: List
items:
- kind: Service
  a: 1
  a: 2
- apiVersion: v1
  kind: Service
---
apiVersion: v1
kind: Service
? [a]
: b
`);
  expect(objects.map(({ extent }) => extent.start)).toEqual([65]);
  expect(diagnostics.map(({ code }) => code)).toEqual(['NATC1015', 'NATC1017']);
});

test('an item that only the full reader can read leaves the others to the block reader', () => {
  const { objects, diagnostics } = readText(`apiVersion: v1
items:
- apiVersion: v1
  kind: Service
  metadata:
    name: a
- apiVersion: v1
  kind: Service
  metadata: &meta {name: b, labels: {on: off}}
# a comment

- apiVersion: v1
  kind: Service
  metadata:
    name: c
kind: List
`);
  expect(diagnostics).toEqual([]);
  expect(objects.map(({ extent, value }) => [extent.path, value['metadata']])).toEqual([
    [[], { name: 'a' }],
    [[], { name: 'b', labels: { true: false } }],
    [[], { name: 'c' }],
  ]);
});

test('an anchor is known in later items', () => {
  expect(
    readText(`apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata: &meta
    name: a
- apiVersion: v1
  kind: Service
  metadata: *meta
`).objects.map(({ value }) => value['metadata']),
  ).toEqual([{ name: 'a' }, { name: 'a' }]);
});

test('an empty input among others is a warning, and nothing but empty ones an error', () => {
  const empty = { name: 'empty.yaml', bytes: new Uint8Array() };
  const full = { name: 'a.json', bytes: new TextEncoder().encode(JSON.stringify(service('a'))) };
  const severities = (...inputs: { name: string; bytes: Uint8Array }[]) =>
    readObjects(inputs).diagnostics.map(({ code, severity }) => `${code} ${severity}`);
  expect(severities(empty, full)).toEqual(['NATC1004 warning']);
  expect(severities(empty)).toEqual(['NATC1004 error']);
  expect(severities()).toEqual([]);
});

test('no objects is an error of the whole input only', () => {
  const comments = { name: 'a.yaml', bytes: new TextEncoder().encode('# nothing\n') };
  const full = { name: 'b.json', bytes: new TextEncoder().encode(JSON.stringify(service('a'))) };
  expect(readObjects([comments]).diagnostics.map(({ code }) => code)).toEqual(['NATC1005']);
  expect(readObjects([comments, full]).diagnostics).toEqual([]);
});

const realManifests = '../shared/inputs';

test.skipIf(!existsSync(realManifests))(
  `reads every manifest of ${realManifests} (skipped where the folder is not there)`,
  async () => {
    const { inputs, diagnostics } = await collectInputs([realManifests], () => {
      throw new Error('stdin is not asked for');
    });
    expect(diagnostics).toEqual([]);
    expect(inputs.length).toBeGreaterThan(30);
    for (const input of inputs) {
      const result = readObjects([input]);
      expect(result.diagnostics.map(summary), input.name).toEqual([]);
      expect(result.objects.length, input.name).toBeGreaterThan(0);
    }
  },
);

test('a block that the text ends in, without a line break, has the one that kubectl adds', () => {
  const text = 'apiVersion: v1\nkind: Node\nmetadata: {name: a}\ntext: |\n  one\n\n   two';
  const { objects } = readObjects([{ name: 'a.yaml', bytes: Buffer.from(text) }]);
  expect(objects[0]?.value['text']).toBe('one\n\n two\n');
});

test('white space at the end of a key without a value is none of it (as Go reads it)', () => {
  const text = '{apiVersion: v1, kind: Node, metadata: {name: a}, x: {\n  key \n}}';
  const { objects } = readObjects([{ name: 'a.yaml', bytes: Buffer.from(text) }]);
  expect(objects[0]?.value['x']).toEqual({ key: null });
});
