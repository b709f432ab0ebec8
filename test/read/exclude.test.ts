import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { exclusionOf } from '../../src/read/exclude.ts';

test.each([
  ['values.yaml', 'k8s/web/values.yaml', 'k8s'],
  ['values*.yaml', 'k8s/web/values-eu.yaml', 'k8s'],
  ['templates', 'k8s/web/templates', 'k8s'],
  ['templates/', 'k8s/web/templates', 'k8s'],
  ['templates', 'k8s/web/templates/a.yaml', undefined],
  ['web/templates', 'k8s/web/templates', 'k8s'],
  ['k8s/web/templates', 'k8s/web/templates', 'k8s'],
  ['./k8s/*/templates', 'k8s/web/templates', 'k8s'],
  ['**/templates/**', 'k8s/web/templates/a.yaml', 'k8s'],
  ['k8s/web', 'k8s/web/a.yaml', undefined],
  [resolve('k8s/web'), 'k8s/web', 'k8s'],
  ['k8s/web', resolve('k8s/web'), resolve('k8s')],
  ['{a,b}.yaml', 'k8s/b.yaml', 'k8s'],
])('%j leaves out %s', (pattern, path, directory) => {
  expect(exclusionOf(['other', pattern])(path, directory)).toBe(true);
});

test.each([
  ['values.yaml', 'k8s/web/my-values.yaml', 'k8s'],
  ['*.json', 'k8s/web.yaml', 'k8s'],
  ['templates/*', 'k8s/web/templates/a.yaml', 'k8s'],
  ['k8s', 'k8s/a.yaml', 'k8s'],
  ['web', 'k8s/web.yaml', 'k8s'],
  ['other/a.yaml', 'k8s/a.yaml', 'k8s'],
])('%j does not leave out %s', (pattern, path, directory) => {
  expect(exclusionOf([pattern])(path, directory)).toBe(false);
});

test('without patterns nothing is left out', () => {
  expect(exclusionOf([])('k8s/a.yaml', 'k8s')).toBe(false);
});
