import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpAnswer } from '../../serve/answer.ts';
import type { ConnectionLimit } from './connections.ts';

export interface ListenAddress {
  readonly address: string;
  readonly port: number;
  /** On `::`: whether IPv4 is left to others. */
  readonly ipv6Only?: boolean;
}

export interface ListeningServer {
  readonly kind: 'listening';
  /** The one it was told to, or the one the system chose for 0. */
  readonly port: number;
  /** Ends it: requests that are being answered get their answer, within a second. */
  readonly close: () => Promise<void>;
}

export interface ListenFailure {
  readonly kind: 'failed';
  readonly address: string;
  readonly port: number;
  /** Such as `EADDRINUSE`. */
  readonly code: string;
  /** Such as `address already in use`. */
  readonly message: string;
}

export type ListenResult = ListeningServer | ListenFailure;

/** Takes the path of a request, without its query. */
export type Answering = (path: string) => HttpAnswer | Promise<HttpAnswer>;

/** Milliseconds. */
const limits = {
  /** From the connection, or the answer before, to the end of the headers. */
  headersTimeout: 10_000,
  /** To the end of the request. */
  requestTimeout: 15_000,
  /** A load balancer asks every few seconds over the same connection. */
  keepAliveTimeout: 120_000,
  connectionsCheckingInterval: 5_000,
  /** That requests may still take once the server is being closed. */
  closing: 1_000,
};

/** Bytes. Health checks have a line or two. */
const maxHeaderSize = 8 * 1024;

/**
 * A small HTTP server: it answers from what is in memory, whatever the method, and reads no bodies. Clients that
 * send slowly, nothing, or without end are cut off. What goes wrong with one connection ends that connection.
 */
export function listen(
  { address, port, ipv6Only = false }: ListenAddress,
  answering: Answering,
  connections: ConnectionLimit,
): Promise<ListenResult> {
  const { closing, ...timeouts } = limits;
  const server = createServer({ ...timeouts, maxHeaderSize }, (request, response) => {
    connections.touch(server, request.socket);
    void respond(request, response, answering);
  });
  server.on('connection', (socket) => connections.add(server, socket));
  // Instead of 100 Continue: nobody reads what would follow.
  server.on('checkContinue', (request, response) => void respond(request, response, answering));
  server.on('clientError', (error, socket) => refuse(error, socket as Socket));
  return new Promise((resolve) => {
    const fail = (error: Error): void => resolve({ ...failureOf(error), address, port });
    if (port > 65_535) {
      fail(new Error(`there is no port ${port}`));
      return;
    }
    server.once('error', fail);
    server.listen({ host: address, port, ipv6Only }, () => {
      server.removeAllListeners('error');
      // Accepting fails for want of descriptors, for a while.
      server.on('error', () => undefined);
      const bound = server.address();
      resolve({
        kind: 'listening',
        port: typeof bound === 'object' && bound !== null ? bound.port : port,
        close: () => close(server, closing),
      });
    });
  });
}

const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** Node says `listen EADDRINUSE: address already in use 0.0.0.0:10256`. */
function failureOf(error: Error): Omit<ListenFailure, 'address' | 'port'> {
  const [, message = error.message] =
    /^listen E\w+: ([^\d:]*?)(?: [\da-f:.]+)?$/.exec(error.message) ?? [];
  return { kind: 'failed', code: codeOf(error) ?? '', message };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answering: Answering,
): Promise<void> {
  response.on('error', () => undefined);
  const [path = '/'] = (request.url ?? '/').split('?');
  const { status, headers, body } = await answerTo(path, answering);
  const hasBody =
    request.headers['transfer-encoding'] !== undefined ||
    !['0', undefined].includes(request.headers['content-length']);
  if (hasBody) {
    // It is not read, so no request can follow it.
    response.shouldKeepAlive = false;
    response.once('finish', () => request.socket.destroySoon());
  }
  response.writeHead(status, { ...headers, 'Content-Length': `${Buffer.byteLength(body)}` });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerTo(path: string, answering: Answering): Promise<HttpAnswer> {
  try {
    return await answering(path);
  } catch {
    return { status: 500, headers: {}, body: '' };
  }
}

/** A request that is none, is too large, or did not come in time. */
function refuse(error: Error, socket: Socket): void {
  const code = codeOf(error);
  if (!socket.writable || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status =
    code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  // Whoever does not take the end is not waited for.
  socket.destroySoon();
}

function close(server: Server, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), milliseconds);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
