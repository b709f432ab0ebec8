/** Services and Deployments for a real API server; pods answer at 8080. */
export const namespaced = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});

export const deployment = (namespace: string, name: string, replicas: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 8080 }] }] },
    },
  },
});

export const service = (
  namespace: string,
  name: string,
  app: string,
  spec: object = {},
): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { selector: { app }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
});

/** A slice that nobody's controller makes. @param hosts last parts of the addresses */
export const slice = (namespace: string, of: string, hosts: readonly number[]): object => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: `${of}-by-hand`,
    namespace,
    labels: { 'kubernetes.io/service-name': of },
  },
  addressType: 'IPv4',
  ports: [{ port: 8080, protocol: 'TCP' }],
  endpoints: hosts.map((host) => ({ addresses: [`10.244.0.${host}`], nodeName: 'node-a' })),
});
