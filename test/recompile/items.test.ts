import { describe, expect, test } from 'vitest';
import type { Input } from '../../src/read/inputs.ts';
import { readObjects } from '../../src/read/read.ts';
import { inputOf, splitItems } from '../../src/recompile/items.ts';

const input = (text: string): Input => ({ name: 'input', bytes: Buffer.from(text) });
const names = ['web', 'api', 'zoo'];

const json = (items: readonly string[]) =>
  `${JSON.stringify(
    {
      apiVersion: 'v1',
      items: items.map((name) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name } })),
      kind: 'List',
      metadata: { resourceVersion: '' },
    },
    undefined,
    4,
  )}\n`;

const yaml = (items: readonly string[]) =>
  `apiVersion: v1\nitems:\n${items
    .map((name) => `- apiVersion: v1\n  kind: Service\n  metadata:\n    name: ${name}\n`)
    .join('')}kind: List\nmetadata:\n  resourceVersion: ""\n`;

const documents = (items: readonly string[]) =>
  items.map((name) => `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n`).join('---\n');

describe.each([
  ['json-list', json],
  ['yaml-list', yaml],
  ['yaml-documents', documents],
] as const)('%s', (style, print) => {
  const inputs = [input(print(names))];
  const { items, frame } = splitItems(inputs);

  test('each item can be read alone', () => {
    const read = items.flatMap((item) => readObjects([inputOf(item, inputs)]).objects);
    expect(read.map(({ value }) => value['metadata'])).toEqual(names.map((name) => ({ name })));
    expect(new Set(items.map((item) => item.style))).toEqual(new Set([style]));
  });

  test('an item has the same hash wherever it stands', () => {
    const other = splitItems([input(print(['new', ...names]))]);
    const hashes = other.items.slice(1).map(({ hash }) => hash);
    // Only the first of several documents has no `---`.
    const sameFrom = style === 'yaml-documents' ? 1 : 0;
    expect(hashes.slice(sameFrom)).toEqual(items.slice(sameFrom).map(({ hash }) => hash));
    expect(hashes).not.toContain(other.items[0]?.hash);
    expect(other.frame).toBe(frame);
  });
});

test('the frame tells what stands around the items', () => {
  const frames = [
    json(names),
    json(names).replace('"resourceVersion": ""', '"resourceVersion": "1"'),
    yaml(names),
    yaml(names).replace('kind: List', 'kind: ServiceList'),
    documents(names),
  ].map((text) => splitItems([input(text)]).frame);
  expect(new Set(frames).size).toBe(frames.length);
});

test('texts of any other form are one item each', () => {
  for (const text of ['', '{"kind":"Service"}', JSON.stringify(JSON.parse(json(names)))]) {
    const inputs = [input(text)];
    const [item, ...others] = splitItems(inputs).items;
    expect(others).toEqual([]);
    expect(item && inputOf(item, inputs)).toEqual(inputs[0]);
  }
});
