/** Kinds, each in the apiVersions whose fields natc knows, the present one first. */
export type KindTable = ReadonlyMap<string, readonly string[]>;

/** The kinds natc reads among manifests. */
export const apiVersions: KindTable = new Map([
  ['Service', ['v1']],
  ['Endpoints', ['v1']],
  ['Node', ['v1']],
  ['EndpointSlice', ['discovery.k8s.io/v1', 'discovery.k8s.io/v1beta1']],
  ['KubeProxyConfiguration', ['kubeproxy.config.k8s.io/v1alpha1']],
]);
