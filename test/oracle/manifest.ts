/** Kubernetes objects as a manifest spells them: every field may be missing. */

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export type Manifest = ServiceManifest | EndpointSliceManifest | EndpointsManifest | NodeManifest;

export interface ServiceManifest {
  readonly apiVersion: string;
  readonly kind: 'Service';
  readonly metadata: Metadata;
  readonly spec: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly ipFamilies?: readonly string[];
    readonly ipFamilyPolicy?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly {
      readonly name?: string;
      readonly protocol?: string;
      readonly port: number;
      readonly targetPort?: number | string;
      readonly nodePort?: number;
    }[];
    readonly externalIPs?: readonly string[];
    readonly externalName?: string;
    readonly externalTrafficPolicy?: string;
    readonly internalTrafficPolicy?: string;
    readonly loadBalancerSourceRanges?: readonly string[];
    readonly allocateLoadBalancerNodePorts?: boolean;
    readonly healthCheckNodePort?: number;
    readonly sessionAffinity?: string;
    readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
    readonly publishNotReadyAddresses?: boolean;
    readonly trafficDistribution?: string;
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly {
        readonly ip?: string;
        readonly hostname?: string;
        readonly ipMode?: string;
      }[];
    };
  };
}

export interface PortManifest {
  readonly name?: string;
  readonly protocol?: string;
  readonly port?: number;
}

export interface SliceEndpointManifest {
  readonly addresses?: readonly string[];
  readonly nodeName?: string;
  readonly zone?: string;
  readonly conditions?: {
    readonly ready?: boolean;
    readonly serving?: boolean;
    readonly terminating?: boolean;
  };
  readonly hints?: {
    readonly forZones?: readonly { readonly name: string }[];
    readonly forNodes?: readonly { readonly name: string }[];
  };
}

export interface EndpointSliceManifest {
  readonly apiVersion: string;
  readonly kind: 'EndpointSlice';
  readonly metadata: Metadata;
  readonly addressType: string;
  readonly endpoints?: readonly SliceEndpointManifest[];
  readonly ports?: readonly PortManifest[];
}

export interface EndpointAddressManifest {
  readonly ip: string;
  readonly nodeName?: string;
}

export interface EndpointsManifest {
  readonly apiVersion: string;
  readonly kind: 'Endpoints';
  readonly metadata: Metadata;
  readonly subsets?: readonly {
    readonly addresses?: readonly EndpointAddressManifest[];
    readonly notReadyAddresses?: readonly EndpointAddressManifest[];
    readonly ports?: readonly PortManifest[];
  }[];
}

export interface NodeManifest {
  readonly apiVersion: string;
  readonly kind: 'Node';
  readonly metadata: Metadata;
  readonly spec?: { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] };
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  };
}

/** An object without a namespace in its metadata is in `default`, as for kubectl. */
export const namespaceOf = (object: Manifest): string => object.metadata.namespace ?? 'default';

export const labelOf = (object: Manifest, label: string): string | undefined =>
  object.metadata.labels?.[label];
