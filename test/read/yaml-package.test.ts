import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { locate } from '../../src/read/locate.ts';
import { kubectlDocuments } from '../support/kubectl-yaml.ts';
import { readText } from '../support/read.ts';

const isLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some((path) =>
    /[/\\]node_modules[/\\]yaml[/\\]/.test(path),
  );

test('the yaml package is loaded only where nothing else can read or locate', () => {
  const json = readText('{"apiVersion":"v1","kind":"Service","spec":{}}');
  expect(locate({ kind: 'field', object: json.objects[0]!, path: ['spec'] })?.column).toBe(44);
  for (const text of kubectlDocuments) readText(text);
  expect(isLoaded()).toBe(false);
  readText('apiVersion: v1\nkind: Service\nmetadata: &anchor {}\n');
  expect(isLoaded()).toBe(true);
});
