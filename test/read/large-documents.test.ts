import { expect, test } from 'vitest';
import { longestFullYaml } from '../../src/read/full-yaml.ts';
import { readText, summary } from '../support/read.ts';

const service = (index: number) => `- apiVersion: v1
  kind: Service
  metadata:
    name: s${index}
`;
const fill = 'x'.repeat(longestFullYaml);

test('a document for the full reader may not be larger than it can take', () => {
  const { diagnostics } = readText(
    `apiVersion: v1\nkind: Service\nmetadata: &anchor { name: ${fill} }\n`,
  );
  expect(diagnostics.map(summary)).toEqual([
    'NATC1021 3:11-3:12 a document above 16 MiB must be JSON or plain block YAML, but here is an anchor',
  ]);
});

test('a large List is not limited by an item that needs the full reader', () => {
  const odd = '- { apiVersion: v1, kind: Service, metadata: &m { name: odd } }\n';
  const large = `${service(1)}    annotations:\n      fill: ${fill}\n`;
  const text = `apiVersion: v1\nkind: List\nitems:\n${service(0)}${odd}${large}${odd}`;
  const { objects, diagnostics } = readText(text);
  expect(diagnostics).toEqual([]);
  expect(objects.length).toBe(4);
});

test('an error in an item of a large List is shown where it is', () => {
  const text = `apiVersion: v1\nkind: List\nitems:\n${service(0)}  a: "b\n${service(1)}- a: ${fill}\n`;
  expect(readText(text).diagnostics.map(summary)).toEqual([
    'NATC1014 8:6-8:7 9:1-9:2 a quote is not closed: "b',
  ]);
});

test('brackets without end are answered at once', () => {
  const began = performance.now();
  const { diagnostics } = readText(`a: ${'['.repeat(longestFullYaml / 2)}`);
  expect(diagnostics.map(summary)).toEqual(['NATC1020 1:4-1:5 nested too deeply']);
  expect(performance.now() - began).toBeLessThan(5000);
});
