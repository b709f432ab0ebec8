/** Requests byte by byte, to see answers as they are. */
import { connect, createServer, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export interface RawRequest {
  readonly port: number;
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request over a connection of its own. */
export async function ask(request: RawRequest): Promise<RawAnswer> {
  const { port, host = '127.0.0.1', path = '/', method = 'GET', headers = {} } = request;
  const lines = Object.entries({ Host: 'x', Connection: 'close', ...headers });
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return parseAnswer(await send(port, `${method} ${path} HTTP/1.1\r\n${text}\r\n`, host));
}

/** Sends bytes and reads until the other side ends. */
export async function send(port: number, bytes: string, host = '127.0.0.1'): Promise<string> {
  const socket = await open(port, host);
  socket.write(bytes);
  return received(socket);
}

export const open = (port: number, host = '127.0.0.1'): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, host, () => resolve(socket));
    socket.once('error', reject);
  });

/** All that comes until the end; a connection that is reset ends too. */
export const received = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    socket.on('data', (data) => {
      text += data.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });

export function parseAnswer(text: string): RawAnswer {
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s);
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const [name = '', value = ''] = line.split(/: (.*)/s);
    return [name.toLowerCase(), value];
  });
  return { status: Number(first.split(' ')[1]), headers: Object.fromEntries(headers), body };
}
