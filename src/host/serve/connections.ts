import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Open connections of all servers together, at most. */
export const mostConnections = 512;

/** Bounds how many connections clients keep open; see {@link connectionLimit}. */
export interface ConnectionLimit {
  readonly add: (server: Server, socket: Socket) => void;
  /** The connection was used just now. */
  readonly touch: (server: Server, socket: Socket) => void;
}

/**
 * A limit of open connections over several servers. Beyond it, the server that has most loses the connection
 * that was used longest ago: whoever opens hundreds and sends nothing loses his own, and a load balancer is
 * answered however many others there are.
 */
export function connectionLimit(most: number = mostConnections): ConnectionLimit {
  // A Set keeps the order of insertion: the first was used longest ago.
  const open = new Map<Server, Set<Socket>>();
  let count = 0;
  const remove = (server: Server, socket: Socket): void => {
    const own = open.get(server);
    if (own?.delete(socket) !== true) return;
    count--;
    if (own.size === 0) open.delete(server);
  };
  return {
    add: (server, socket) => {
      const own = open.get(server) ?? new Set();
      open.set(server, own.add(socket));
      count++;
      socket.once('close', () => remove(server, socket));
      if (count <= most) return;
      const [fullest] = [...open].sort(([, a], [, b]) => b.size - a.size);
      if (fullest === undefined) return;
      const [from, [oldest]] = fullest;
      if (oldest === undefined) return;
      remove(from, oldest);
      oldest.destroy();
    },
    touch: (server, socket) => {
      const own = open.get(server);
      if (own?.delete(socket) === true) own.add(socket);
    },
  };
}
