import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { systemErrorText } from '../machine/system-error.ts';
import type { Connection, ServerAnswer } from './connection.ts';

export interface RequestLimits {
  /** For the whole request, its body included. */
  readonly milliseconds: number;
  /** Of the body, unpacked. */
  readonly bytes: number;
}

/**
 * One GET for JSON. Redirects are not followed; nothing is thrown, every failure is an answer.
 *
 * @param path from the server's root, e.g. `/api/v1/nodes?limit=500`
 */
export function get(
  connection: Connection,
  path: string,
  limits: RequestLimits,
): Promise<ServerAnswer> {
  return new Promise((resolve) => {
    let request: ClientRequest | undefined;
    const settle = (answer: ServerAnswer) => {
      clearTimeout(timer);
      resolve(answer);
      // What is still on its way is of no use. (A finished request is left to the agent.)
      if (answer.kind !== 'answer') request?.destroy();
    };
    const timer = setTimeout(() => settle({ kind: 'timeout' }), limits.milliseconds);
    const { agent, auth, headers, server } = connection;
    const send = server.startsWith('https:') ? httpsRequest : httpRequest;
    try {
      request = send(`${server}${path}`, {
        agent,
        ...(auth !== undefined && { auth }),
        headers: { ...headers, accept: 'application/json', 'accept-encoding': 'gzip' },
      });
    } catch (error) {
      settle({ kind: 'unreachable', reason: systemErrorText(error) });
      return;
    }
    request.on('error', (error) => settle(failureOf(error)));
    request.on('response', (response) => readAnswer(response, limits.bytes, settle));
    request.end();
  });
}

function readAnswer(
  response: IncomingMessage,
  mostBytes: number,
  settle: (answer: ServerAnswer) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const isPacked = response.headers['content-encoding'] === 'gzip';
  const closed = (error: unknown) => settle({ kind: 'closed', reason: closeReason(error) });
  const body: Readable = isPacked
    ? pipeline(response, createGunzip(), (error) => error && closed(error))
    : response;
  body.on('error', closed);
  body.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > mostBytes) settle({ kind: 'too-large' });
    else chunks.push(chunk);
  });
  body.on('end', () => {
    if (!response.complete) return closed(undefined);
    settle({
      kind: 'answer',
      status: response.statusCode ?? 0,
      reason: response.statusMessage ?? '',
      retryAfter: response.headers['retry-after'],
      body: Buffer.concat(chunks, size),
    });
  });
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

function closeReason(error: unknown): string {
  const code = codeOf(error);
  if (code.startsWith('Z_')) return 'the connection was closed within the answer';
  if (code === 'ECONNRESET' || error === undefined) return 'the connection was closed';
  return systemErrorText(error);
}

const unreachable: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ENOTFOUND', 'no such host'],
  ['EAI_AGAIN', 'its name cannot be resolved now'],
  ['EHOSTUNREACH', 'no route to the host'],
  ['ENETUNREACH', 'the network is unreachable'],
  ['ETIMEDOUT', 'no connection came about in time'],
  ['EADDRNOTAVAIL', 'this host has no address to reach it from'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'a packet filter of this host refuses it'],
]);

/** OpenSSL's names of what is wrong with a certificate, as Node hands them on. */
const certificateProblem =
  /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY|DECRYPT|DECODE)|^(?:INVALID_CA|PATH_LENGTH_EXCEEDED|INVALID_PURPOSE|HOSTNAME_MISMATCH|CRL_)/;

/** What an error of a request is to whoever asked. */
export function failureOf(error: Error): Exclude<ServerAnswer, { kind: 'answer' }> {
  const code = codeOf(error);
  const reason = unreachable.get(code);
  if (reason !== undefined) return { kind: 'unreachable', reason };
  // An alert is the server's word about our certificate, not ours about its.
  const isAlert = /alert/i.test(error.message);
  if (!isAlert && certificateProblem.test(code))
    return { kind: 'untrusted', reason: certificateReason(error) };
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return { kind: 'closed', reason: 'the connection was closed' };
  if (code.startsWith('HPE_')) return { kind: 'unreachable', reason: 'it does not speak HTTP' };
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return { kind: 'unreachable', reason: `TLS failed: ${tlsReason(error)}` };
  return { kind: 'unreachable', reason: systemErrorText(error) };
}

/** Node adds advice to some of these, after a semicolon. */
const certificateReason = ({ message }: Error): string => message.split(';', 1)[0] ?? message;

/** OpenSSL's `80FB…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../file.c:355:` */
function tlsReason({ message }: Error): string {
  const [, words] = /:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/.exec(message) ?? [];
  return words ?? message;
}
