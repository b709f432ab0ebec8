import type { Address } from '../net/address.ts';
import type { Cidr } from '../net/cidr.ts';
import type { IpFamily } from '../net/family.ts';
import type { ClaimPolicy, DetectLocalMode } from '../options.ts';

/** CompileOptions after validation: addresses parsed, words told from CIDRs. */
export interface Settings {
  readonly nodePortAddresses: readonly NodePortAddress[];
  readonly localhostNodePorts: boolean;
  readonly serviceCIDRs: readonly Cidr[];
  /** Trimmed and lower-cased, as kube-proxy does with `--hostname-override`. */
  readonly nodeName: string | undefined;
  readonly nodeIPs: readonly Address[];
  readonly zone: string | undefined;
  readonly detectLocalMode: DetectLocalMode;
  readonly clusterCIDRs: readonly Cidr[];
  readonly podCIDRs: readonly Cidr[];
  readonly podBridgeInterface: string;
  readonly podInterfaceNamePrefix: string;
  readonly masqueradeAll: boolean;
  readonly masqueradeBit: number;
  readonly serviceProxyName: string | undefined;
  readonly families: readonly IpFamily[];
  readonly externalIPs: ExternalIPPolicy;
  readonly endpointsOutside: ClaimPolicy;
  /** `warn`: a Service that claims what another one has is left out there, not an error (ND5). */
  readonly validate: 'strict' | 'warn';
}

/** One entry of `--nodeport-addresses`; `localhost` is 127.0.0.0/8 and ::1/128. */
export type NodePortAddress =
  | { readonly kind: 'primary' }
  | { readonly kind: 'localhost' }
  | { readonly kind: 'all' }
  | { readonly kind: 'cidr'; readonly cidr: Cidr };

/** `--external-ips`; `only`: those in the networks. */
export type ExternalIPPolicy =
  | { readonly kind: ClaimPolicy }
  | { readonly kind: 'only'; readonly cidrs: readonly Cidr[] };
