/** Connections through natc while a real control plane scales, makes and removes: none to a live pod is lost. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  agrees,
  follow,
  kubeconfig,
  kubectl,
  permit,
  plane,
  put,
  startJudge,
  work,
} from './control-plane.ts';
import { deployment, namespaced, service } from './objects.ts';

const seconds = process.env['NATC_LONG'] === '1' ? 300 : 60;
const deployments = 100;

/** Runs a program of the control plane's folder, and gives what it printed. */
async function python(namespace: string, ...args: readonly string[]): Promise<string> {
  const argv = ['netns', 'exec', `real-${namespace}`, 'python3', ...args];
  const child: ChildProcess = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout?.on('data', (data: Buffer) => {
    text += data.toString();
  });
  await once(child, 'close');
  return text;
}

test('no connection to a live endpoint fails while everything changes', async () => {
  permit();
  const numbers = Array.from({ length: deployments }, (_, index) => index);
  put([
    namespaced('churn'),
    ...numbers.map((number) => deployment('churn', `d${number}`, 3)),
    ...numbers.map((number) => service('churn', `s${number}-0`, `d${number}`)),
  ]);
  const ready = ['rollout', 'status', '-n', 'churn', '--timeout=120s'];
  for (const number of numbers.filter((each) => each % 10 === 9))
    kubectl([...ready, `deployment/d${number}`]);
  const listed = JSON.parse(kubectl(['-n', 'churn', 'get', 'services', '-o', 'json']));
  const file = join(work, 'services.json');
  const targets = listed.items.map(
    (each: { metadata: { name: string }; spec: { clusterIP: string } }) => [
      each.metadata.name,
      each.spec.clusterIP,
      80,
    ],
  );
  writeFileSync(file, JSON.stringify(targets));

  const running = follow(mkdtempSync(join(work, 'state-')), kubeconfig());
  const judge = await startJudge();
  try {
    await running.said('applied revision');
    await agrees(judge, 120);
    const traffic = join(plane, 'traffic.py');
    const [changes, fromPod, fromNode] = await Promise.all([
      python('cp', join(plane, 'churn.py'), String(seconds)),
      python('cli', traffic, file, String(seconds), '10.244.0.5'),
      python('node', traffic, file, String(seconds), '-'),
    ]);
    console.log(changes, fromPod, fromNode);
    for (const each of [fromPod, fromNode]) {
      const { count, bad } = JSON.parse(each);
      expect(bad).toEqual([]);
      expect(count['new live']).toBeGreaterThan(seconds * 10);
    }
    await agrees(judge, 120);
  } finally {
    await running.kill('SIGTERM');
    await judge.dispose();
  }
});
