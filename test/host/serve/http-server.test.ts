import { createConnection } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { connectionLimit } from '../../../src/host/serve/connections.ts';
import {
  type Answering,
  type ListeningServer,
  listen,
} from '../../../src/host/serve/http-server.ts';
import { ask, open, parseAnswer, received, send } from '../../support/http.ts';

const servers: ListeningServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const echo: Answering = (path) => ({ status: 200, headers: { 'X-Path': path }, body: 'hello' });

async function start(answering: Answering = echo, most = 512): Promise<number> {
  const at = { address: '127.0.0.1', port: 0 };
  const server = await listen(at, answering, connectionLimit(most));
  if (server.kind === 'failed') throw new Error(server.message);
  servers.push(server);
  return server.port;
}

test('answers with the path, without its query', async () => {
  const port = await start();
  expect(await ask({ port, path: '/healthz?verbose=1' })).toMatchObject({
    status: 200,
    headers: { 'x-path': '/healthz', 'content-length': '5' },
    body: 'hello',
  });
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is answered like GET', async (method) => {
  const port = await start();
  expect(await ask({ port, method })).toMatchObject({ status: 200, body: 'hello' });
});

test('HEAD gets the headers alone', async () => {
  const port = await start();
  const answer = await ask({ port, method: 'HEAD' });
  expect(answer).toMatchObject({ status: 200, headers: { 'content-length': '5' }, body: '' });
});

test('a connection serves several requests', async () => {
  const port = await start();
  const text = await send(
    port,
    'GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  );
  expect(text.match(/X-Path: \/\d/g)).toEqual(['X-Path: /1', 'X-Path: /2']);
});

test('an answer that throws is 500 and ends nothing', async () => {
  const port = await start((path) => {
    if (path === '/bad') throw new Error('secret');
    return echo(path);
  });
  expect(await ask({ port, path: '/bad' })).toMatchObject({ status: 500, body: '' });
  expect((await ask({ port })).status).toBe(200);
});

describe('clients that mean no good', () => {
  test('a body without end is not read', async () => {
    const port = await start();
    const socket = await open(port);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const sending = setInterval(() => socket.writable && socket.write(chunk), 5);
    try {
      expect(await received(socket)).toContain('200 OK');
    } finally {
      clearInterval(sending);
    }
  });

  test('Expect: 100-continue gets its answer at once', async () => {
    const port = await start();
    const headers = { Expect: '100-continue', 'Content-Length': '1000000' };
    expect((await ask({ port, method: 'POST', headers })).status).toBe(200);
  });

  test('headers without end are refused', async () => {
    const port = await start();
    const socket = await open(port);
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}`);
    expect(await received(socket)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test.each(['\0\x01\x02\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\x16\x03\x01\x02\r\n\r\n'])(
    '%j is refused',
    async (bytes) => {
      const port = await start();
      expect(parseAnswer(await send(port, bytes)).status).toBe(400);
      expect((await ask({ port })).status).toBe(200);
    },
  );

  test('whoever sends nothing, or a line now and then, is cut off', {
    timeout: 40_000,
  }, async () => {
    const port = await start();
    const silent = await open(port);
    const slow = await open(port);
    slow.write('GET / HTTP/1.1\r\n');
    const dripping = setInterval(() => slow.writable && slow.write('X-A: b\r\n'), 500);
    try {
      const begun = Date.now();
      expect(await received(silent)).toMatch(/^(HTTP\/1\.1 408 |$)/);
      expect(await received(slow)).toMatch(/^HTTP\/1\.1 408 /);
      expect(Date.now() - begun).toBeLessThan(25_000);
    } finally {
      clearInterval(dripping);
    }
  });

  test('hundreds of idle connections keep nobody out', async () => {
    const port = await start(echo, 20);
    const idle = await Promise.all(Array.from({ length: 100 }, () => open(port)));
    for (const socket of idle) socket.on('error', () => undefined);
    expect((await ask({ port })).status).toBe(200);
    const left = idle.filter((socket) => !socket.closed && !socket.destroyed).length;
    expect(left).toBeLessThanOrEqual(20);
    for (const socket of idle) socket.destroy();
  });
});

test('the server with most connections loses one, and there the one that was idle longest', async () => {
  const shared = connectionLimit(3);
  const at = { address: '127.0.0.1', port: 0 };
  const started = await Promise.all([1, 2].map(() => listen(at, echo, shared)));
  const [crowded, quiet] = started as [ListeningServer, ListeningServer];
  servers.push(crowded, quiet);
  const balancer = await open(quiet.port);
  const first = await open(crowded.port);
  const second = await open(crowded.port);
  const answered = new Promise((resolve) => first.once('data', resolve));
  first.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await answered;
  const ended = received(second);
  const third = await open(crowded.port);
  expect(await ended).toBe('');
  expect([balancer, first, third].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
  for (const socket of [balancer, first, third]) socket.destroy();
});

test('an address that is taken is a failure, in words', async () => {
  const port = await start();
  const at = { address: '127.0.0.1', port };
  expect(await listen(at, echo, connectionLimit())).toEqual({
    ...at,
    kind: 'failed',
    code: 'EADDRINUSE',
    message: 'address already in use',
  });
  const foreign = { address: '192.0.2.1', port: 0 };
  expect(await listen(foreign, echo, connectionLimit())).toEqual({
    ...foreign,
    kind: 'failed',
    code: 'EADDRNOTAVAIL',
    message: 'address not available',
  });
});

test('a port that there cannot be is a failure too', async () => {
  const at = { address: '127.0.0.1', port: 70_000 };
  expect(await listen(at, echo, connectionLimit())).toMatchObject({
    kind: 'failed',
    message: 'there is no port 70000',
  });
});

test('closing ends idle connections, and lets answers out', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const port = await start(async (path) => {
    if (path === '/slow') await held;
    return echo(path);
  });
  const [server] = servers.splice(0);
  const idle = received(await open(port));
  const slow = ask({ port, path: '/slow' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const closed = server!.close();
  setTimeout(release, 200);
  expect((await slow).status).toBe(200);
  await Promise.all([closed, idle]);
  const refused = await new Promise((resolve) =>
    createConnection(port, '127.0.0.1').once('error', (error) => resolve(error.message)),
  );
  expect(refused).toContain('ECONNREFUSED');
});
