/** A small stand-in for an API server: it serves lists page by page, and misbehaves when told to. */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type ListName, makeWatches, type StandInWatches } from './stand-in-watch.ts';

/** What a request gets instead of its page. */
export type Misbehaviour =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Default: a Status object, as the API server sends it. */
      readonly body?: string;
    }
  | { readonly kind: 'close-before' }
  | { readonly kind: 'close-within' }
  /** Says how much it will send, and sends all of it: half a page. */
  | { readonly kind: 'half-json' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'hang-within' }
  | { readonly kind: 'body'; readonly body: string };

export interface Failing {
  readonly list: ListName;
  /** From 1. */
  readonly page: number;
  /** How many requests for this page get it; default: all. */
  readonly times?: number;
  readonly how: Misbehaviour;
}

export interface StandIn {
  readonly url: string;
  /** One line for each request: `services 2`. */
  readonly requests: readonly string[];
  /** The headers of the last request. */
  readonly headers: () => IncomingMessage['headers'];
  serve(objects: readonly object[]): void;
  /** Makes or changes an object, and tells the watches. */
  put(object: object): void;
  /** @param name `namespace/name`, or the name of a Node */
  remove(kind: string, name: string): void;
  /** The objects as they are. */
  objects(): readonly object[];
  readonly watches: StandInWatches;
  fail(...failing: readonly Failing[]): void;
  close(): Promise<void>;
}

export interface StandInOptions {
  /** Objects on a page at most; default 2. A client that asks for less gets less. */
  readonly pageSize?: number;
  /** Listen on this Unix socket instead of on a port of this machine. */
  readonly socket?: string;
  readonly tls?: {
    readonly key: string;
    readonly cert: string;
    readonly ca?: string;
    readonly requestCert?: boolean;
  };
}

const kinds: Readonly<Record<ListName, readonly [kind: string, apiVersion: string, path: string]>> =
  {
    nodes: ['Node', 'v1', '/api/v1/nodes'],
    services: ['Service', 'v1', '/api/v1/services'],
    pods: ['Pod', 'v1', '/api/v1/pods'],
    endpointslices: [
      'EndpointSlice',
      'discovery.k8s.io/v1',
      '/apis/discovery.k8s.io/v1/endpointslices',
    ],
  };

type Metadata = { metadata?: { name?: string; namespace?: string } };

function keyOf(object: object): string {
  const { kind, metadata } = object as { kind?: string } & Metadata;
  const name = metadata?.name ?? '';
  return kind === 'Node' ? `Node ${name}` : `${kind} ${metadata?.namespace ?? 'default'}/${name}`;
}

const listOf = (object: object): ListName | undefined =>
  (Object.keys(kinds) as ListName[]).find(
    (name) => kinds[name][0] === (object as { kind?: string }).kind,
  );

const withVersion = (object: object, version: number): object => ({
  ...object,
  metadata: { ...(object as Metadata).metadata, resourceVersion: String(version) },
});

/** As many objects of each kind as the tests want, each without kind and apiVersion in a list. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { pageSize = 2, socket, tls } = options;
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let objects: readonly object[] = [];
  let failing: { left: number; readonly of: Failing }[] = [];
  let version = 1000;
  let lastHeaders: IncomingMessage['headers'] = {};
  const watches = makeWatches(() => version);

  function pageOf(list: ListName, token: string, limit: number): { page: number; body: string } {
    const [kind, apiVersion] = kinds[list];
    const all = objects.filter((object) => listOf(object) === list);
    const [first = 0, at = version] = token === '' ? [] : token.split(' ').map(Number);
    const size = Math.min(pageSize, limit);
    const next = first + size;
    const isLast = next >= all.length;
    const items = all.slice(first, next).map((object) => {
      const { kind: _, apiVersion: __, ...rest } = object as Record<string, unknown>;
      return rest;
    });
    const metadata = {
      resourceVersion: String(at),
      ...(!isLast && {
        continue: Buffer.from(`${next} ${at}`).toString('base64'),
        remainingItemCount: all.length - next,
      }),
    };
    return {
      page: first / size + 1,
      body: JSON.stringify({ kind: `${kind}List`, apiVersion, metadata, items }),
    };
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    lastHeaders = request.headers;
    const names = Object.keys(kinds) as ListName[];
    const list = names.find((name) => url.pathname.endsWith(kinds[name][2]));
    if (list === undefined) {
      requests.push(`? ${url.pathname}`);
      response.writeHead(404).end('404 page not found\n');
      return;
    }
    const selector = url.searchParams.get('fieldSelector') ?? undefined;
    if (url.searchParams.get('watch') === 'true') {
      requests.push(`${list} watch ${url.searchParams.get('resourceVersion')}`);
      watches.answer(
        list,
        url.searchParams.get('resourceVersion') ?? '',
        selector,
        response,
        Number(url.searchParams.get('timeoutSeconds') ?? '600'),
      );
      return;
    }
    const token = Buffer.from(url.searchParams.get('continue') ?? '', 'base64').toString();
    const limit = Number(url.searchParams.get('limit') ?? 1e9);
    const { page, body } = pageOf(list, token, limit);
    requests.push(limit === 1 ? `${list} version` : `${list} ${page}`);
    const found = failing.find(({ left, of }) => left > 0 && of.list === list && of.page === page);
    if (found === undefined) {
      send(response, 200, body);
      return;
    }
    found.left--;
    misbehave(response, found.of.how, body, list);
  }

  const server =
    tls === undefined ? createHttpServer(answer) : createHttpsServer({ ...tls }, answer);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    if (socket === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(socket, resolve);
  });
  const address = server.address() as AddressInfo | string;
  const own = typeof address === 'string' ? address : `127.0.0.1:${address.port}`;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${own}`,
    requests,
    headers: () => lastHeaders,
    serve(next) {
      objects = next;
      version++;
    },
    put(object) {
      version++;
      const made = withVersion(object, version);
      const index = objects.findIndex((each) => keyOf(each) === keyOf(object));
      const list = listOf(object);
      if (list !== undefined)
        watches.record(list, { type: index < 0 ? 'ADDED' : 'MODIFIED', object: made, version });
      objects = index < 0 ? [...objects, made] : objects.with(index, made);
    },
    remove(kind, name) {
      const gone = objects.find((each) => keyOf(each) === `${kind} ${name}`);
      if (gone === undefined) return;
      version++;
      objects = objects.filter((each) => each !== gone);
      const list = listOf(gone);
      const object = withVersion(gone, version);
      if (list !== undefined) watches.record(list, { type: 'DELETED', object, version });
    },
    objects: () => objects,
    watches,
    fail(...next) {
      failing = next.map((of) => ({ of, left: of.times ?? Number.POSITIVE_INFINITY }));
      requests.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const length = String(Buffer.byteLength(body));
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': length,
      ...headers,
    })
    .end(body);
}

function misbehave(
  response: ServerResponse,
  how: Misbehaviour,
  body: string,
  list: ListName,
): void {
  const half = body.slice(0, body.length / 2);
  switch (how.kind) {
    case 'status':
      send(response, how.status, how.body ?? statusObject(how.status, list), how.headers);
      break;
    case 'body':
      send(response, 200, how.body);
      break;
    case 'half-json':
      send(response, 200, half);
      break;
    case 'close-before':
      response.destroy();
      break;
    case 'close-within':
      response.writeHead(200, { 'content-length': String(body.length) });
      response.write(half, () => response.destroy());
      break;
    case 'hang-within':
      response.writeHead(200, { 'content-length': String(body.length) });
      response.write(half);
      break;
    case 'hang':
      break;
  }
}

const reasons: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  401: ['Unauthorized', 'Unauthorized'],
  403: ['Forbidden', 'services is forbidden: User "natc" cannot list resource "services"'],
  404: ['NotFound', 'the server could not find the requested resource'],
  410: [
    'Expired',
    'The provided continue parameter is too old to display a consistent list result.',
  ],
  429: ['TooManyRequests', 'too many requests, please try again later'],
  500: ['InternalError', 'etcdserver: request timed out'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'the server was unable to return a response in the time allotted'],
};

function statusObject(code: number, list: ListName): string {
  const [reason = '', said = ''] = reasons[code] ?? [];
  const message = said.replaceAll('services', list);
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
  return JSON.stringify({ ...status, message, reason, code });
}

/** A kubeconfig for an API server; `user` and `cluster` add to what is there. */
export const kubeconfigFor = (
  server: string,
  { cluster = {}, user = {} }: { readonly cluster?: object; readonly user?: object } = {},
): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
