import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { splitLines } from '../../follow/lines.ts';
import { systemErrorText } from '../machine/system-error.ts';
import type { Connection, ServerAnswer } from './connection.ts';
import { failureOf } from './request.ts';

export interface WatchLimits {
  /** Until the first word of the answer. */
  readonly milliseconds: number;
  /** After which a watch that the server should have ended counts as dead. */
  readonly longest: number;
  /** Bytes of one line. */
  readonly line: number;
}

/** How a watch ended; what came before it was whole lines. */
export type WatchEnd =
  /** By the server, between two lines. */
  | { readonly kind: 'ended' }
  /** By natc: `take` wanted no more, or the signal came. */
  | { readonly kind: 'stopped' }
  | ServerAnswer;

/** An answer that is no watch is read so far. */
const mostComplaints = 64 * 1024;

/** A connection without any sign of life is noticed, in milliseconds. */
const keepAlive = 15_000;

/**
 * One GET whose answer comes line by line, for as long as the server likes. Nothing is thrown.
 *
 * @param path from the server's root, with `watch=true`
 * @param opened is called when the server has begun to answer
 * @param take is given each line; false ends the watch
 */
export function watchLines(
  connection: Connection,
  path: string,
  limits: WatchLimits,
  signal: AbortSignal,
  opened: () => void,
  take: (line: Uint8Array) => boolean,
): Promise<WatchEnd> {
  return new Promise((resolve) => {
    let request: ClientRequest | undefined;
    let isSettled = false;
    const settle = (end: WatchEnd): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(end);
      // An answer that was read to its end leaves its connection to the agent.
      if (end.kind !== 'ended' && end.kind !== 'answer') request?.destroy();
    };
    const stop = (): void => settle({ kind: 'stopped' });
    let timer = setTimeout(() => settle({ kind: 'timeout' }), limits.milliseconds);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop);
    const { agent, auth, headers, server } = connection;
    const send = server.startsWith('https:') ? httpsRequest : httpRequest;
    try {
      request = send(`${server}${path}`, {
        agent,
        ...(auth !== undefined && { auth }),
        headers: { ...headers, accept: 'application/json' },
      });
    } catch (error) {
      settle({ kind: 'unreachable', reason: systemErrorText(error) });
      return;
    }
    request.on('error', (error) => settle(failureOf(error)));
    request.on('response', (response) => {
      clearTimeout(timer);
      timer = setTimeout(
        () => settle({ kind: 'closed', reason: 'nothing came any more' }),
        limits.longest,
      );
      response.socket.setKeepAlive(true, keepAlive);
      if (response.statusCode !== 200) return readComplaint(response, settle);
      opened();
      readLines(response, limits.line, take, settle);
    });
    request.end();
  });
}

function readLines(
  response: IncomingMessage,
  longest: number,
  take: (line: Uint8Array) => boolean,
  settle: (end: WatchEnd) => void,
): void {
  let isWanted = true;
  const lines = splitLines((line) => {
    isWanted &&= take(line);
  }, longest);
  response.on('data', (chunk: Buffer) => {
    if (!isWanted) return;
    if (!lines.add(chunk)) settle({ kind: 'too-large' });
    else if (!isWanted) settle({ kind: 'stopped' });
  });
  const closed = (): void => settle({ kind: 'closed', reason: 'the connection was closed' });
  response.on('error', closed);
  response.on('aborted', closed);
  response.on('end', () => {
    // Half a line is of no use, and what it was about comes again.
    if (!response.complete || lines.unfinished() > 0) closed();
    else settle({ kind: 'ended' });
  });
}

function readComplaint(response: IncomingMessage, settle: (end: WatchEnd) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const answer = (): void =>
    settle({
      kind: 'answer',
      status: response.statusCode ?? 0,
      reason: response.statusMessage ?? '',
      retryAfter: response.headers['retry-after'],
      body: Buffer.concat(chunks),
    });
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= mostComplaints) chunks.push(chunk);
  });
  response.on('error', answer);
  response.on('aborted', answer);
  response.on('end', answer);
}
