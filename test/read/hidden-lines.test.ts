/** Line breaks and other characters that kubectl's reader (go-yaml) takes for something else than natc's. */
import { describe, expect, test } from 'vitest';
import { readDocuments } from '../../src/read/documents.ts';
import { readObjects } from '../../src/read/read.ts';
import { inputOf, splitItems } from '../../src/recompile/items.ts';
import { summary } from '../support/read.ts';

const read = (text: string) => readObjects([{ name: 'a.yaml', bytes: Buffer.from(text) }]);

const service = (more: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  clusterIP: 172.30.0.10\n${more}`;

/** Where a hidden line may stand; `%` is the character. */
const places: Readonly<Record<string, string>> = {
  'a comment': service('  # reviewed%  externalIPs: [203.0.113.9]\n'),
  'a comment after a value': service('  type: ClusterIP # ok%  externalIPs: [203.0.113.9]\n'),
  'a plain value': service('  type: ClusterIP%  externalIPs: [203.0.113.9]\n'),
  'a plain value over two lines': service('  type:\n    Cluster%\n    IP\n'),
  'a key': service('  ty%pe: ClusterIP\n'),
  'a literal block': service('  note: |\n    text%  externalIPs: [203.0.113.9]\n'),
  'a folded block': service('  note: >-\n    text%  externalIPs: [203.0.113.9]\n'),
  'double quotes': service('  note: "text%  externalIPs: [203.0.113.9]"\n'),
  'single quotes': service("  note: 'text%  externalIPs: [203.0.113.9]'\n"),
  brackets: service('  ports: [{port: 80}, %{port: 81}]\n'),
  'a text that needs the full reader': service('  a: &a { b: c } #%  externalIPs: *a\n'),
  'the gap between documents': `${service('')}---\n# next%---\n${service('')}`,
  'the first line': `%${service('')}`,
  'the end': `${service('')}%`,
  'a List': `apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Service # ok%  spec: {}\n  metadata:\n    name: web\nkind: List\n`,
  'JSON below a comment, which is YAML': `---\n# c\n{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a%"}}\n`,
};

const hidden = { 'U+0085': '\x85', 'U+2028': '\u2028', 'U+2029': '\u2029' };

describe.each(Object.entries(hidden))('%s in', (name, character) => {
  test.each(Object.entries(places))('%s is refused where it stands', (_, text) => {
    const { objects, diagnostics } = read(text.replace('%', character));
    const before = text.slice(0, text.indexOf('%')).split('\n');
    const at = `${before.length}:${(before.at(-1) ?? '').length + 1}`;
    expect(objects).toEqual([]);
    expect(diagnostics.map(summary)[0]).toContain(`NATC1054 ${at}-`);
    expect(diagnostics[0]?.message).toContain(name);
  });

  test('an object that is read alone, as natc apply does with what has changed', () => {
    for (const place of ['a List', 'a comment', 'double quotes'] as const) {
      const inputs = [
        { name: 'a.yaml', bytes: Buffer.from((places[place] ?? '').replace('%', character)) },
      ];
      const codes = splitItems(inputs).items.flatMap(
        (item) => readObjects([inputOf(item, inputs)]).diagnostics,
      );
      expect(codes.map(({ code }) => code)).toContain('NATC1054');
    }
  });

  test('JSON means what it says, alone, in a stream, and as one of several documents', () => {
    const json = `{"apiVersion":"v1","kind":"Node","metadata":{"name":"a${character}"}}`;
    for (const text of [json, `${json}\n${json}`, `---\n${json}\n---\n${service('')}`]) {
      const { objects, diagnostics } = read(text);
      expect(diagnostics).toEqual([]);
      expect(objects[0]?.value['metadata']).toEqual({ name: `a${character}` });
    }
  });
});

test('written as an escape it is a character like any other', () => {
  const { documents } = readDocuments({ name: 'a.yaml', text: 'a: "x\\L\\P\\N\\u2028y"\n' });
  expect(documents[0]?.value).toEqual({ a: 'x\u2028\u2029\x85\u2028y' });
});

test.each(['\r', '\f', '\v', '\0', '\x1b', '\x7f', '\x80', '\ufffe', '\ufeff'])(
  'what Go takes for no text at all is refused: %j',
  (character) => {
    for (const place of ['a comment', 'double quotes', 'a literal block'] as const)
      expect(read((places[place] ?? '').replace('%', character)).diagnostics[0]?.code).toBe(
        'NATC1012',
      );
  },
);

/** What YAML 1.2 and Go read differently, or Go refuses, without any strange character. */
test.each([
  ['a colon before a comma in brackets', 'a: {kind:, List}\n'],
  ['a colon before a bracket', 'a: {kind:}\n'],
  ['a text that begins with a colon', 'a: [b, ::a]\n'],
  ['a key that begins with a colon', 'a: { :t: 1 }\n'],
  ['a question mark before a blank in brackets', 'a: [plain tex? t]\n'],
  ['a quoted key over several lines', 'a: {\n  "b\n\n  c": 1}\n'],
  ['a colon on another line than its key', 'a: {\n  b\n  : 1}\n'],
  ['an anchor on another line than its key', 'a: {b: 1, &c\n  d: 2}\n'],
  ['a colon below a comment', 'a: {\n  b # c\n  : 1}\n'],
  ['a blank line after an escaped line break', 'a: "b\\\n\n  c"\n'],
  ['a key after a question mark', '? a\n: b\n'],
  ['a key after a question mark in brackets', 'a: [{ ? b : c }]\n'],
  ['a key after a question mark that hides an entry', 'items:\n- |\n  x\n? b\n- c\n'],
  ['an anchor with a strange name', 'a: &b~ c\n'],
  ['a block that begins with a tab', 'a: |\n  \tb\n  c\n'],
  ['a tab after a dash', 'a:\n- b\n- \t\n'],
  ['a tab in a blank line', 'a:\n\t\n  b: c\n'],
])('%s is refused', (_, text) => {
  const { documents, problems } = readDocuments({ name: 'a.yaml', text });
  expect(documents).toEqual([]);
  expect(problems[0]?.code).toMatch(/^NATC101[03]$/);
});

test.each([
  ['a question mark at the end of a block before a key', 'a: |\n  ?\nb: c\n', { a: '?\n', b: 'c' }],
  ['a question mark at the end of a value', 'a: why ?\nb: c\n', { a: 'why ?', b: 'c' }],
  ['a key after empty lines and a comment', '\n\n# c\n\na: &a b\n', { a: 'b' }],
  ['a colon within text in brackets', '{a: [b:c, fd00::a]}\n', { a: ['b:c', 'fd00::a'] }],
  ['a tab further on in a block', 'a: |\n  b\tc\n', { a: 'b\tc\n' }],
  ['a tab in a blank line of a text', 'a: |\n  b\n  \t\n  c\n', { a: 'b\n\t\nc\n' }],
  ['an escaped backslash before a blank line', 'a: "b\\\\\n\n  c"\n', { a: 'b\\\nc' }],
])('%s is read', (_, text, value) => {
  expect(readDocuments({ name: 'a.yaml', text }).documents[0]?.value).toEqual(value);
});

test('a long run of blanks after a key, or a document in one line, is read in no time', () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `"k${index}": &a${index} ${index}`);
  const started = performance.now();
  readDocuments({ name: 'a.yaml', text: `a: {b${' '.repeat(50_000)}\n, c: &d 1}\n` });
  readDocuments({ name: 'a.yaml', text: `{${keys.join(', ')}}\n` });
  expect(performance.now() - started).toBeLessThan(20_000);
});
