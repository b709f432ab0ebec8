import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type BindAddress, formatBindAddress } from '../../serve/bind-address.ts';
import type { ConnectionLimit } from './connections.ts';
import { type Answering, type ListeningServer, type ListenResult, listen } from './http-server.ts';

/** A server at an address that an option gives. */
export interface FixedServer {
  /**
   * Listens, unless it does already. Calls must not overlap.
   *
   * @returns why it cannot, where the call before did not say the same
   */
  readonly attempt: () => Promise<readonly Diagnostic[]>;
  readonly isListening: () => boolean;
  readonly close: () => Promise<void>;
}

/** @param option such as `--healthz-bind-address` */
export function fixedServer(
  option: string,
  at: BindAddress,
  answering: Answering,
  connections: ConnectionLimit,
): FixedServer {
  let server: ListeningServer | undefined;
  let told: string | undefined;
  return {
    attempt: async () => {
      if (server !== undefined) return [];
      const result = await listenAt(at, answering, connections);
      if (result.kind === 'listening') {
        server = result;
        told = undefined;
        return [];
      }
      if (told === result.message) return [];
      told = result.message;
      return [notListening(option, at, result.code, result.message)];
    },
    isListening: () => server !== undefined,
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

function notListening(option: string, at: BindAddress, code: string, message: string): Diagnostic {
  const value = formatBindAddress(at);
  return {
    code: 'NATC5150',
    severity: 'warning',
    message: `natc cannot listen on ${value}: ${message}`,
    places: [{ kind: 'option', option, value }],
    hint:
      code === 'EADDRINUSE'
        ? 'another program has this port, a kube-proxy perhaps: see with ss -ltnp. natc follows the cluster all the same, and tries again'
        : 'natc follows the cluster all the same, and tries again',
  };
}
