/** natc apply --from-cluster for cron: what it asks of a real API server when little has changed. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  agrees,
  applyOnce,
  compact,
  type Judge,
  killApiServer,
  kubeconfig,
  kubectl,
  listsOf,
  must,
  permit,
  put,
  startApiServer,
  startJudge,
  work,
} from './control-plane.ts';
import { namespaced, service, slice } from './objects.ts';

/** Of one object, by which the present version is asked. */
const version = 1;

/** More than a page: else a list is had sooner. */
const many = 560;
const stateDir = mkdtempSync(join(work, 'state-'));
const path = kubeconfig();
let judge: Judge;

beforeAll(async () => {
  permit();
  const names = Array.from({ length: many }, (_, index) => `s${index}`);
  put([namespaced('many')]);
  const none = { selector: null };
  kubectl(
    ['create', '-f', '-'],
    names.map((name) => JSON.stringify(service('many', name, '', none))).join('\n'),
  );
  kubectl(
    ['create', '-f', '-'],
    names.map((name, index) => JSON.stringify(slice('many', name, [index % 200]))).join('\n'),
  );
  judge = await startJudge();
});
afterAll(async () => {
  kubectl(['delete', 'namespace', 'many', '--wait=false']);
  await judge?.dispose();
});

function applied(): { readonly services: number; readonly slices: number } {
  const before = [listsOf('services'), listsOf('endpointslices')] as const;
  const { status, stderr } = applyOnce(stateDir, path);
  expect([status, stderr.includes('error[')]).toEqual([0, false]);
  return {
    services: listsOf('services') - before[0],
    slices: listsOf('endpointslices') - before[1],
  };
}

function changesOnly(): void {
  const { services, slices } = applied();
  expect(slices).toBe(version);
  expect(services).toBeLessThanOrEqual(2 * version);
}

const listedAt = (): unknown =>
  JSON.parse(readFileSync(join(stateDir, 'lists.json'), 'utf8')).listedAt;

test('the first time it lists', async () => {
  const { services, slices } = applied();
  expect(slices).toBe(2);
  // Controllers list Services now and then.
  expect(services).toBeGreaterThanOrEqual(2);
  await agrees(judge);
});

test('then it asks for changes only, and has them all', async () => {
  const first = listedAt();
  changesOnly();
  put([slice('many', 's7', [211, 212])]);
  kubectl(['-n', 'many', 'delete', 'service', 's8']);
  kubectl(['-n', 'many', 'delete', 'endpointslice', 's9-by-hand']);
  changesOnly();
  expect(must('node', ['nft', 'list', 'ruleset'])).toContain('10.244.0.211 . 8080');
  await agrees(judge);
  expect(listedAt()).toBe(first);
});

test('where the API server does not know the version any more, it lists', async () => {
  put([slice('many', 's10', [213])]);
  await killApiServer();
  compact();
  await startApiServer();
  compact();
  put([slice('many', 's11', [214])]);
  const { slices } = applied();
  expect(slices).toBe(version + 2);
  await agrees(judge);
});
