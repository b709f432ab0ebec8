import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { type Answerer, localAnswerer } from '../../../src/host/serve/answerer.ts';
import { nodeChanged, syncSucceeded, unknownHealth } from '../../../src/serve/proxy-health.ts';
import { ask, freePort } from '../../support/http.ts';
import { projectRoot } from '../../support/natc.ts';

let answerer: Answerer | undefined;
let child: ChildProcess | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await answerer?.close();
  answerer = undefined;
  child?.kill('SIGKILL');
});

const node = { exists: true, isDeleting: false, taints: [] };
const well = nodeChanged(syncSucceeded(unknownHealth, ['IPv4'], 1), node);

test('whoever falls silent is not healthy', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'hrtime'] });
  const port = await freePort();
  const answers: string[] = [];
  const healthz = { address: '127.0.0.1', port };
  answerer = localAnswerer({ healthz, limit: 60_000 }, (path, status) =>
    answers.push(`${path} ${status}`),
  );
  answerer.tell(well);
  expect(await answerer.open([])).toEqual([]);
  await ask({ port, path: '/healthz' });
  // Setting the time of day is no silence.
  vi.setSystemTime(Date.now() + 120_000);
  await ask({ port, path: '/livez' });
  vi.advanceTimersByTime(60_000);
  await ask({ port, path: '/livez' });
  answerer.tell(well);
  await ask({ port, path: '/livez' });
  expect(answers).toEqual(['/healthz 200', '/livez 200', '/livez 503', '/livez 200']);
});

test('what cannot be listened on is a failure each time', async () => {
  const port = await freePort();
  answerer = localAnswerer({ healthz: { address: '127.0.0.1', port }, limit: 1 }, () => undefined);
  await answerer.open([]);
  const socket = { address: '127.0.0.1', port, namespace: 'a', service: 'b', localEndpoints: 1 };
  const failures = [{ address: '127.0.0.1', port, message: 'address already in use' }];
  expect(await answerer.open([socket])).toMatchObject(failures);
  expect(await answerer.open([socket])).toMatchObject(failures);
});

/** Runs a program in another process, until it prints; what it prints. */
async function begin(program: string, ...args: readonly number[]): Promise<string> {
  const argv = ['--input-type=module', '-e', program, ...args.map(String)];
  child = spawn(process.execPath, argv, { cwd: projectRoot, stdio: ['pipe', 'pipe', 'inherit'] });
  return String((await once(child.stdout!, 'data'))[0]);
}

/** Answers in another thread, and then keeps this one busy. */
const busy = `
  import { workerAnswerer } from './dist/host/serve/worker-answerer.js';
  const [port, check] = process.argv.slice(1).map(Number);
  const address = '127.0.0.1';
  const answerer = workerAnswerer({ healthz: { address, port }, limit: 60000 }, () => {});
  answerer.tell(${JSON.stringify(well)});
  const facts = { namespace: 'shop', service: 'web', localEndpoints: 2 };
  const failures = await answerer.open([{ address, port: check, ...facts }]);
  process.stdout.write(JSON.stringify(failures));
  await new Promise((resolve) => setTimeout(resolve, 200));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
  answerer.tell(${JSON.stringify(nodeChanged(well, { ...node, isDeleting: true }))});
  await new Promise((resolve) => process.stdin.once('data', resolve));
  await answerer.close();
  process.exit();
`;

test('answers do not wait for the thread that compiles', async () => {
  const [port, check] = [await freePort(), await freePort()];
  expect(await begin(busy, port, check)).toBe('[]');
  await new Promise((resolve) => setTimeout(resolve, 500));
  const begun = Date.now();
  expect(await ask({ port, path: '/healthz' })).toMatchObject({ status: 200 });
  expect((await ask({ port: check })).headers).toMatchObject({
    'x-load-balancing-endpoint-weight': '2',
  });
  expect(Date.now() - begun).toBeLessThan(2_000);
  const deadline = Date.now() + 10_000;
  while ((await ask({ port, path: '/healthz' })).status !== 503) {
    if (Date.now() > deadline) throw new Error('it does not hear any more');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child!.stdin!.end('x');
  expect((await once(child!, 'exit'))[0]).toBe(0);
  await expect(ask({ port, path: '/livez' })).rejects.toThrow('ECONNREFUSED');
});

/** Answers in another thread, which then dies. */
const dying = `
  import { Worker } from 'node:worker_threads';
  import { workerAnswerer } from './dist/host/serve/worker-answerer.js';
  const [port, check] = process.argv.slice(1).map(Number);
  const address = '127.0.0.1';
  const workers = new Set();
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (message) {
    workers.add(this);
    return postMessage.call(this, message);
  };
  const answerer = workerAnswerer({ healthz: { address, port }, limit: 60000 }, () => {});
  answerer.tell(${JSON.stringify(well)});
  const facts = { namespace: 'shop', service: 'web', localEndpoints: 2 };
  await answerer.open([{ address, port: check, ...facts }]);
  process.stdout.write('ready');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  for (const worker of workers) void worker.terminate();
  await new Promise((resolve) => setTimeout(resolve, 60000));
`;

test('a thread that dies is started anew, and knows what the old one knew', async () => {
  const [port, check] = [await freePort(), await freePort()];
  expect(await begin(dying, port, check)).toBe('ready');
  expect(await ask({ port: check })).toMatchObject({ status: 200 });
  child!.stdin!.write('x');
  let deaths = 0;
  const deadline = Date.now() + 15_000;
  for (;;) {
    const answer = await ask({ port: check }).catch(() => undefined);
    if (answer === undefined) deaths++;
    else if (deaths > 0) break;
    if (Date.now() > deadline) throw new Error(`it does not come back, or never went: ${deaths}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(await ask({ port, path: '/healthz' })).toMatchObject({ status: 200 });
});
