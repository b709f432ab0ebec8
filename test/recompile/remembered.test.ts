/** Nothing is remembered of input whose objects are not where they seem to be. */
import { expect, test } from 'vitest';
import { compileInFull } from '../support/compile-in-full.ts';

const remembered = (text: string) =>
  compileInFull({ name: 'input', bytes: Buffer.from(text) }).known;

const service = (name: string, address: string, indent: string) =>
  ['apiVersion: v1', 'kind: Service', 'metadata:', `  name: ${name}`, 'spec:']
    .concat([`  clusterIP: ${address}`, '  ports:', '  - port: 80'])
    .map((line) => `${indent}${line}\n`)
    .join('');
const item = (name: string, address: string) =>
  `- ${service(name, address, '  ').slice('  '.length)}`;
const [web, api] = [item('web', '10.96.0.10'), item('api', '10.96.0.11')];
const listOf = (...items: readonly string[]) =>
  `apiVersion: v1\nitems:\n${items.join('')}kind: List\n`;

const identities = (text: string) => remembered(text)?.objects.map(({ identity }) => identity);

test('a List', () => {
  expect(identities(listOf(web, api))).toEqual(['Service default/web', 'Service default/api']);
});

test('text that is not ASCII', () => {
  const note = '  # größer als ein Byte: €\n';
  expect(identities(listOf(web, note, api))).toEqual([
    'Service default/web',
    'Service default/api',
  ]);
});

test('other kinds among them', () => {
  const other = '- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: c\n';
  expect(identities(listOf(web, other))).toEqual(['Service default/web', '']);
});

test('two Lists in one text', () => {
  expect(remembered(`${listOf(web)}---\n${listOf(api)}`)).toBeUndefined();
});

test('a List among documents', () => {
  const document = service('api', '10.96.0.11', '');
  expect(remembered(`${document}---\n${listOf(web)}`)).toBeUndefined();
});

const json = (name: string, address: string) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { clusterIP: address, ports: [{ port: 80 }] },
  });

/** As kubectl sets them, but for what is within the items. */
const jsonList = (items: readonly string[]) =>
  `{\n    "items": [\n        ${items.join(',\n        ')}\n    ],\n    "apiVersion": "v1", "kind": "List"\n}\n`;

test('a JSON List in which something else is indented like an item', () => {
  const inner = '{\n        }';
  const odd = `{"apiVersion": "v1", "kind": "ConfigMap", "data": [\n        ${inner},\n        ${inner}]\n        }`;
  const services = [json('web', '10.96.0.10'), json('api', '10.96.0.11')].map((text) =>
    text.replace(/\}$/, '\n        }'),
  );
  expect(identities(jsonList(services))).toEqual(['Service default/web', 'Service default/api']);
  expect(remembered(jsonList([odd, ...services]))).toBeUndefined();
});
