import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { ProxyHealth } from '../../serve/proxy-health.ts';
import { localAnswerer, type StartAnswerer } from './answerer.ts';
import type { AnsweringSocket } from './health-check-servers.ts';
import type { ListenFailure } from './http-server.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';
import { workerProgram } from './worker-program.ts';

/** Milliseconds before a thread that died is started anew. */
const startAgainAfter = 1_000;

/**
 * Answers in a thread of its own, so that answers do not wait while everything is compiled. One that dies is
 * started anew. Where natc runs from its sources there is no such program, and this thread answers.
 */
export const workerAnswerer: StartAnswerer = (settings, answered) => {
  const found = workerProgram();
  if (found === undefined) return localAnswerer(settings, answered);
  const { program, eval: isText } = found;
  let isClosed = false;
  let lastTold: ProxyHealth | undefined;
  let lastWanted: readonly AnsweringSocket[] | undefined;
  let whenOpened: ((failures: readonly ListenFailure[]) => void) | undefined;
  let whenClosed = (): void => undefined;

  const opened = (failures: readonly ListenFailure[]): void => {
    whenOpened?.(failures);
    whenOpened = undefined;
  };
  function start(): Worker {
    const started = new Worker(program, {
      eval: isText,
      workerData: settings,
      env: {},
      execArgv: [],
    });
    started.on('message', (message: FromWorker) => {
      switch (message.kind) {
        case 'opened':
          return opened(message.failures);
        case 'answered':
          return answered(message.path, message.status);
        case 'closed':
          return whenClosed();
      }
    });
    // Its exit says the rest.
    started.on('error', () => undefined);
    started.on('exit', () => {
      opened([]);
      whenClosed();
      if (!isClosed) void startAgain();
    });
    return started;
  }
  async function startAgain(): Promise<void> {
    await sleep(startAgainAfter, undefined, { ref: false });
    if (isClosed) return;
    worker = start();
    if (lastTold !== undefined) say({ kind: 'tell', health: lastTold });
    if (lastWanted !== undefined) say({ kind: 'open', wanted: lastWanted });
  }
  const say = (message: ToWorker): void => worker.postMessage(message);
  let worker = start();

  return {
    tell: (health) => {
      lastTold = health;
      say({ kind: 'tell', health });
    },
    open: (wanted) =>
      new Promise((resolve) => {
        lastWanted = wanted;
        whenOpened = resolve;
        say({ kind: 'open', wanted });
      }),
    close: async () => {
      isClosed = true;
      await new Promise<void>((resolve) => {
        whenClosed = resolve;
        say({ kind: 'close' });
        setTimeout(resolve, 3_000).unref();
      });
      await worker.terminate();
    },
  };
};
