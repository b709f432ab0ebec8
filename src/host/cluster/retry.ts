import { setTimeout } from 'node:timers/promises';
import type { ServerAnswer } from './connection.ts';

/** Waits, or until a signal comes. */
export const abortableWait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  setTimeout(milliseconds, undefined, { signal }).catch(() => {});

export type Wait = (milliseconds: number) => Promise<void>;

/** How often a request was sent, and what came of the last time. */
export interface Attempts {
  readonly answer: ServerAnswer;
  readonly count: number;
}

/**
 * Sends a request once more where that may help: the server failed, asked to come back later, or the
 * connection broke. What it refused, it would refuse again; and whoever waited for the whole time limit
 * has waited long enough.
 *
 * @param isWhole whether an answer with status 200 can be read; one that cannot is like a broken connection
 * @param longestWait in milliseconds; a server that asks for more is not asked again
 */
export async function withRetry(
  send: () => Promise<ServerAnswer>,
  isWhole: (answer: ServerAnswer) => boolean,
  longestWait: number,
  wait: Wait,
): Promise<Attempts> {
  const answer = await send();
  const delay = delayBefore(answer, isWhole);
  if (delay === undefined || delay > longestWait) return { answer, count: 1 };
  await wait(delay);
  return { answer: await send(), count: 2 };
}

/** @returns milliseconds; undefined when there is nothing to gain */
function delayBefore(
  answer: ServerAnswer,
  isWhole: (answer: ServerAnswer) => boolean,
): number | undefined {
  if (answer.kind === 'closed') return backoff();
  if (answer.kind !== 'answer') return undefined;
  const { status, retryAfter } = answer;
  if (status === 200) return isWhole(answer) ? undefined : backoff();
  if (status !== 429 && status < 500) return undefined;
  return retryAfter === undefined ? backoff() : afterHeader(retryAfter);
}

/** Not at once, and not all nodes of a cluster at the same moment. */
const backoff = (): number => 250 + Math.random() * 500;

/** Seconds, or a date (RFC 9110, 10.2.3). */
export function afterHeader(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const time = Date.parse(value);
  return Number.isNaN(time) ? backoff() : Math.max(0, time - Date.now());
}
