import { expect, test } from 'vitest';
import type { FieldPath, SourceObject } from '../../src/diagnostics/source.ts';
import { locate } from '../../src/read/locate.ts';
import { readText } from '../support/read.ts';

/** The text a place covers, and where it starts. */
function pointed(object: SourceObject | undefined, path: FieldPath, at: 'key' | 'value' = 'value') {
  if (object === undefined) throw new Error('no such object');
  const location = locate({ kind: 'field', object, path, at });
  if (location === undefined) throw new Error('no location');
  const { line, column, endLine, endColumn, lineText } = location;
  const lines = object.source.text.split('\n');
  expect(lineText).toBe(lines[line - 1]?.replace(/\r$/, ''));
  const covered = lines.slice(line - 1, endLine);
  covered[covered.length - 1] = covered.at(-1)?.slice(0, endColumn - 1) ?? '';
  covered[0] = covered[0]?.slice(column - 1) ?? '';
  return `${line}:${column} ${covered.join('\n')}`;
}

const block = `# a comment
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata:
    name: a
- kind: Service
  apiVersion: v1
  metadata:
    name: "b"   # quoted
    labels: {}
  spec:
    clusterIP:
    ports:
    - name: http
      port: 80
    - 'port': 443
    text: |
      one
      two
`;

test('fields of an item of a block List', () => {
  const object = readText(block).objects[1];
  expect(pointed(object, ['metadata', 'name'])).toBe('12:11 "b"');
  expect(pointed(object, ['metadata', 'name'], 'key')).toBe('12:5 name');
  expect(pointed(object, ['spec', 'ports', 0, 'port'])).toBe('18:13 80');
  expect(pointed(object, ['spec', 'ports', 1, 'port'])).toBe('19:15 443');
  expect(pointed(object, ['spec', 'ports', 1, 'port'], 'key')).toBe("19:7 'port'");
  expect(pointed(object, ['spec', 'ports', 0])).toBe('17:7 name: http\n      port: 80');
  expect(pointed(object, ['spec', 'ports', 0], 'key')).toBe('17:7 name');
  expect(pointed(object, ['spec', 'text'])).toBe('20:11 |\n      one\n      two');
  expect(pointed(object, ['kind'])).toBe('9:9 Service');
});

test('a field without a value is its key, a missing one its nearest parent’s key', () => {
  const object = readText(block).objects[1];
  expect(pointed(object, ['spec', 'clusterIP'])).toBe('15:5 clusterIP');
  expect(pointed(object, ['spec', 'type'])).toBe('14:3 spec');
  expect(pointed(object, ['metadata', 'labels', 'app'])).toBe('13:5 labels');
  expect(pointed(object, ['spec', 'ports', 1, 'name'])).toBe("19:7 'port'");
  expect(pointed(object, ['spec', 'ports', 7])).toBe('16:5 ports');
  expect(pointed(object, ['spec', 'ports', 0, 'port', 'deep', 'er'])).toBe('18:7 port');
  expect(pointed(object, ['status', 'loadBalancer'])).toBe('9:3 kind');
  expect(pointed(object, [])).toBe('9:3 kind');
});

test('fields of separate documents', () => {
  const { objects } = readText(
    '---\napiVersion: v1\nkind: Service\nspec:\n  a: 1\n---\n# c\napiVersion: v1\nkind: Service\nspec:\n  a: 2\n',
  );
  expect(pointed(objects[0], ['spec', 'a'])).toBe('5:6 1');
  expect(pointed(objects[1], ['spec', 'a'])).toBe('11:6 2');
  expect(pointed(objects[1], ['metadata'])).toBe('8:1 apiVersion');
});

test('CRLF line breaks, wide characters and a byte order mark count as an editor counts', () => {
  const { objects } = readText(
    '\ufeffapiVersion: v1\r\nkind: Service\r\nmetadata:\r\n  labels: {"\u{1f600}é": b, c: d}\r\n',
  );
  expect(pointed(objects[0], ['apiVersion'])).toBe('1:13 v1');
  expect(pointed(objects[0], ['metadata', 'labels', 'c'])).toBe('4:25 d');
});

test('an indented document, and one in brackets', () => {
  const { objects } = readText(
    '  apiVersion: v1\n  kind: Service\n  spec:\n    a: 1\n--- # c\n{apiVersion: v1, kind: Service, spec: {a: 2}}\n',
  );
  expect(pointed(objects[0], ['spec', 'a'])).toBe('4:8 1');
  expect(pointed(objects[1], ['spec', 'a'])).toBe('6:43 2');
  expect(pointed(objects[1], ['spec', 'b'])).toBe('6:33 spec');
  expect(pointed(objects[1], [])).toBe('6:1 {');
});

test('values that come through aliases and merge keys are where they are written', () => {
  const { objects } = readText(`apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  spec: &spec
    a: 1
    b: [5, 6]
- apiVersion: v1
  kind: Service
  spec:
    <<: *spec
    a: 2
- apiVersion: v1
  kind: Service
  spec: *spec
`);
  expect(pointed(objects[1], ['spec', 'a'])).toBe('13:8 2');
  expect(pointed(objects[1], ['spec', 'b', 1])).toBe('8:12 6');
  expect(pointed(objects[2], ['spec', 'a'])).toBe('7:8 1');
  expect(pointed(objects[2], ['spec'])).toBe('16:9 *spec');
});

test('keys are found by what kubectl makes of them', () => {
  const { objects } = readText(
    'apiVersion: v1\nkind: Service\nmetadata:\n  labels:\n    0x10: a\n    yes: b\n    "16 ": c\n',
  );
  expect(pointed(objects[0], ['metadata', 'labels', '16'])).toBe('5:11 a');
  expect(pointed(objects[0], ['metadata', 'labels', 'true'])).toBe('6:10 b');
  expect(pointed(objects[0], ['metadata', 'labels', '16 '])).toBe('7:12 c');
});

const json = `{
  "apiVersion": "v1",
  "kind": "List",
  "items": [
    { "apiVersion": "v1", "kind": "Service" },
    {
      "apiVersion": "v1",
      "kind": "Service",
      "metadata": { "name": "a\\"]}", "labels": {} },
      "spec": { "ports": [ { "p\\u006frt": 80, "name": "x" }, 5, [] ], "a": 1, "a": 2 }
    }
  ]
}`;

test('fields of an item of a JSON List', () => {
  const object = readText(json).objects[1];
  expect(pointed(object, ['metadata', 'name'])).toBe('9:29 "a\\"]}"');
  expect(pointed(object, ['metadata', 'name'], 'key')).toBe('9:21 "name"');
  expect(pointed(object, ['spec', 'ports', 0, 'port'])).toBe('10:43 80');
  expect(pointed(object, ['spec', 'ports', 0])).toBe('10:28 { "p\\u006frt": 80, "name": "x" }');
  expect(pointed(object, ['spec', 'ports', 0], 'key')).toBe('10:28 {');
  expect(pointed(object, ['spec', 'ports', 1])).toBe('10:62 5');
  expect(pointed(object, ['spec', 'ports', 2])).toBe('10:65 []');
  expect(pointed(object, ['spec', 'a'])).toBe('10:84 2');
});

test('what is missing in JSON is its nearest parent’s key', () => {
  const object = readText(json).objects[1];
  expect(pointed(object, ['spec', 'type'])).toBe('10:7 "spec"');
  expect(pointed(object, ['spec', 'ports', 9, 'port'])).toBe('10:17 "ports"');
  expect(pointed(object, ['spec', 'ports', 0, 'nodePort'])).toBe('10:28 {');
  expect(pointed(object, ['metadata', 'labels', 'a', 'b'])).toBe('9:38 "labels"');
  expect(pointed(object, ['status'])).toBe('6:5 {');
  expect(pointed(object, [])).toBe('6:5 {');
});

test('each value of a JSON stream', () => {
  const { objects } = readText(
    '{"apiVersion":"v1","kind":"Service","a":1}\n{"apiVersion":"v1","kind":"Service","a":2}\n',
  );
  expect(pointed(objects[1], ['a'])).toBe('2:41 2');
});

test('places without text have no position', () => {
  expect(locate({ kind: 'file', name: 'a.yaml' })).toBeUndefined();
  expect(locate({ kind: 'option', option: '--zone', value: 'x' })).toBeUndefined();
});

test('a span at the end of a text, and an empty text', () => {
  const source = { name: 'a', text: 'one\ntwo\n' };
  expect(locate({ kind: 'span', source, start: 8, end: 8 })).toMatchObject({
    line: 3,
    column: 1,
    lineText: '',
  });
  const empty = { name: 'a', text: '' };
  expect(locate({ kind: 'span', source: empty, start: 0, end: 0 })).toEqual({
    file: 'a',
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 1,
    lineText: '',
  });
});

test.each([
  [
    'JSON',
    (items: readonly unknown[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  ],
  [
    'YAML',
    (items: readonly unknown[]) =>
      `apiVersion: v1\nkind: List\nitems:\n${items.map(() => '- apiVersion: v1\n  kind: Service\n  a: 1\n').join('')}`,
  ],
])(
  'a position in each of 20,000 items of a %s List costs no scan of the List',
  (_format, print) => {
    const items = Array.from({ length: 20_000 }, () => ({
      apiVersion: 'v1',
      kind: 'Service',
      a: 1,
    }));
    const { objects } = readText(print(items));
    expect(objects.length).toBe(20_000);
    const began = performance.now();
    const lines = objects.map((object) => locate({ kind: 'field', object, path: ['a'] })?.column);
    expect(lines.every((column) => column !== undefined)).toBe(true);
    // A scan of the whole List for each would take minutes.
    expect(performance.now() - began).toBeLessThan(30_000);
  },
);
