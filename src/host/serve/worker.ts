/**
 * The thread in which health checks are answered: whoever compiles thousands of Services in the other one
 * keeps no load balancer waiting.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type AnswererSettings, localAnswerer } from './answerer.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

const say = (message: FromWorker): void => parentPort?.postMessage(message);

const answerer = localAnswerer(workerData as AnswererSettings, (path, status) =>
  say({ kind: 'answered', path, status }),
);

async function take(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'tell':
      return answerer.tell(message.health);
    case 'open':
      return say({ kind: 'opened', failures: await answerer.open(message.wanted) });
    case 'close':
      await answerer.close();
      say({ kind: 'closed' });
      parentPort?.close();
  }
}

parentPort?.on('message', (message: ToWorker) => void take(message));
