import { parseAddress } from '../net/address.ts';

/** Where load balancers and kubelets ask a kube-proxy for its health. */
export const healthzPort = 10256;

/** Where Prometheus asks a kube-proxy for metrics. */
export const metricsPort = 10249;

/** Where a server listens. */
export interface BindAddress {
  /** Canonical. */
  readonly address: string;
  readonly port: number;
}

/**
 * Reads what `--healthz-bind-address` and `--metrics-bind-address` take, here and in kube-proxy:
 * `127.0.0.1:10249`, `[::]:10256`, or an address alone.
 *
 * @param defaultPort of an address alone
 * @returns undefined for anything else, a name included
 */
export function parseBindAddress(text: string, defaultPort: number): BindAddress | undefined {
  const alone = parseAddress(text);
  if (alone !== undefined) return { address: alone.text, port: defaultPort };
  const [, inner = '', digits = ''] = /^(\[[^\]]+\]|[^[\]:]+):(\d{1,5})$/.exec(text) ?? [];
  const address = parseAddress(inner.replace(/^\[(.*)\]$/, '$1'));
  const port = Number(digits);
  if (address === undefined || port < 1 || port > 65_535) return undefined;
  if ((address.family === 'IPv6' || address.text !== inner) && !inner.startsWith('['))
    return undefined;
  return { address: address.text, port };
}

/** `0.0.0.0:10256`, `[::]:10256`. */
export const formatBindAddress = ({ address, port }: BindAddress): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
