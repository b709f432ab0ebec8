import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { metrics } from '../../src/serve/metrics.ts';

test('docs/follow.md names every metric, and none that is not there', () => {
  const text = readFileSync('docs/follow.md', 'utf8');
  const named = [...text.matchAll(/`((?:kubeproxy|natc|process)_[a-z_]+)`/g)].map(
    ([, name]) => name,
  );
  expect([...new Set(named)].sort()).toEqual(Object.keys(metrics).sort());
});
