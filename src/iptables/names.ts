/**
 * The names of natc's chains. The kernel allows 28 characters, so a chain of a ServicePort or endpoint
 * is named by a hash, as kube-proxy's are (I1); the comments beside it say whose it is.
 */
import { type Endpoint, type ServicePortPlan, servicePortName } from '../plan/plan.ts';
import { type Hash, sha256Base32 } from './hash.ts';

/** Every chain of natc begins so, and no other program's does: `apply` and `cleanup` rely on it. */
export const chainPrefix = 'NATC-';

/** XT_EXTENSION_MAXNAMELEN, without the final zero. */
export const longestChainName = 28;

/** Chains that every ruleset has. Built-in chains jump to those named after them. */
export const chains = {
  prerouting: 'NATC-PREROUTING',
  input: 'NATC-INPUT',
  forward: 'NATC-FORWARD',
  output: 'NATC-OUTPUT',
  postrouting: 'NATC-POSTROUTING',
  sourceRanges: 'NATC-SOURCE-RANGES',
  refuseServices: 'NATC-REFUSE-SERVICES',
  refuseNodePorts: 'NATC-REFUSE-NODE-PORTS',
  refuseClusterIPs: 'NATC-REFUSE-CLUSTER-IPS',
  services: 'NATC-SERVICES',
  nodePorts: 'NATC-NODE-PORTS',
  markForMasquerade: 'NATC-MARK-FOR-MASQUERADE',
} as const;

/**
 * `SVC` and `SVL` pick from the cluster and the local list; `EXT` and `EXL` mark for masquerade and
 * then pick likewise; `ETP` is external traffic policy Local; `FW` holds source ranges.
 */
export type ServiceChainKind = 'SVC' | 'SVL' | 'EXT' | 'EXL' | 'ETP' | 'FW';

/** Gives names out; the same thing gets the same name again. */
export interface ChainNames {
  readonly serviceChain: (kind: ServiceChainKind, servicePort: ServicePortPlan) => string;
  /**
   * An endpoint's chain, and the list of its clients: `NATC-SEP-` and the beginnings of two hashes, the
   * ServicePort's and its own. So one sees whose it is, and the chains of a Service are neighbours in
   * the kernel's order, which makes loading faster.
   */
  readonly endpointChain: (servicePort: ServicePortPlan, endpoint: Endpoint) => string;
}

/**
 * Names for one family. Two things whose hashes are equal still get two names: the one that comes
 * second in the plan is hashed again with a number behind it.
 *
 * @param hash 16 letters or digits; a parameter so that tests can make it collide
 */
export function newChainNames(hash: Hash = sha256Base32): ChainNames {
  const owners = new Map<string, string>();
  const nameOf = (identity: string, build: (hashed: string) => string): string => {
    for (let attempt = 0; ; attempt++) {
      const name = build(hash(attempt === 0 ? identity : `${identity}#${attempt}`));
      const owner = owners.get(name);
      if (owner === identity) return name;
      if (owner !== undefined) continue;
      owners.set(name, identity);
      return name;
    }
  };
  const serviceChain: ChainNames['serviceChain'] = (kind, servicePort) =>
    nameOf(servicePortIdentity(servicePort), (hashed) => `${chainPrefix}${kind}-${hashed}`);
  return {
    serviceChain,
    endpointChain: (servicePort, { address, port }) => {
      const identity = servicePortIdentity(servicePort);
      const service = hash(identity).slice(0, 8);
      return nameOf(
        `${identity}${address.includes(':') ? `[${address}]` : address}:${port}`,
        (hashed) => `${chainPrefix}SEP-${service}-${hashed.slice(0, 10)}`,
      );
    },
  };
}

/** What kube-proxy hashes (I1). */
const servicePortIdentity = (servicePort: ServicePortPlan): string =>
  `${servicePortName(servicePort)}${servicePort.protocol.toLowerCase()}`;
