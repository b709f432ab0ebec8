import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { signalExitCodes } from '../../src/cli/exit-codes.ts';
import { natcProgram } from '../support/natc.ts';

/** How natc ends that gets a signal while it waits for its input. */
async function endBySignal(signal: NodeJS.Signals, delay: number) {
  const child = spawn(process.execPath, [natcProgram, 'compile', '-f', '-'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exit = once(child, 'exit');
  await sleep(delay);
  child.kill(signal);
  const [status, bySignal] = await exit;
  return { status, bySignal };
}

test.each(Object.entries(signalExitCodes))('%s ends natc with status %i', async (name, status) => {
  const signal = name as NodeJS.Signals;
  let end = await endBySignal(signal, 500);
  // On a busy machine node may not have got as far as natc's first line.
  for (let delay = 2000; end.bySignal !== null && delay < 10_000; delay *= 2) {
    end = await endBySignal(signal, delay);
  }
  expect(end).toEqual({ status, bySignal: null });
});
