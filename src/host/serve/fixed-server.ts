import type { BindAddress } from '../../serve/bind-address.ts';
import type { ConnectionLimit } from './connections.ts';
import {
  type Answering,
  type ListenFailure,
  type ListeningServer,
  type ListenResult,
  listen,
} from './http-server.ts';

/** A server at an address that an option gives. */
export interface FixedServer {
  /**
   * Listens, unless it does already. Calls must not overlap.
   *
   * @returns why it cannot
   */
  readonly attempt: () => Promise<ListenFailure | undefined>;
  readonly close: () => Promise<void>;
}

export function fixedServer(
  at: BindAddress,
  answering: Answering,
  connections: ConnectionLimit,
): FixedServer {
  let server: ListeningServer | undefined;
  return {
    attempt: async () => {
      if (server !== undefined) return undefined;
      const result = await listenAt(at, answering, connections);
      if (result.kind === 'failed') return { ...result, ...at };
      server = result;
      return undefined;
    },
    close: async () => {
      const open = server;
      server = undefined;
      await open?.close();
    },
  };
}

/** An unspecified address of either family stands for all addresses of both, as in Go. */
async function listenAt(
  { address, port }: BindAddress,
  answering: Answering,
  connections: ConnectionLimit,
): Promise<ListenResult> {
  if (address !== '0.0.0.0' && address !== '::')
    return listen({ address, port }, answering, connections);
  const both = await listen({ address: '::', port }, answering, connections);
  const isWithoutIPv6 =
    both.kind === 'failed' && ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'].includes(both.code);
  return isWithoutIPv6 ? listen({ address: '0.0.0.0', port }, answering, connections) : both;
}
