/** The objects in which the rows of validation.ts try their values. */
import { replacedAt } from '../support/damage.ts';

/** A field of one kind of object, and what has to stand beside it in the `spec` or the object. */
export interface Field {
  readonly base: 'service' | 'slice' | 'endpoints' | 'node';
  readonly path: readonly (string | number)[];
  readonly with?: Readonly<Record<string, unknown>>;
}

export const addressText = 'an IP address';
export const networkText = 'a network: address/length';

const spec = (...path: Field['path']): Field => ({ base: 'service', path: ['spec', ...path] });

/** A field of a Service's `spec`; `status`: of the first entry of `status.loadBalancer.ingress`. */
export const service = Object.assign(spec, {
  status: (key: string): Field => ({
    base: 'service',
    path: ['status', 'loadBalancer', 'ingress', 0, key],
    with: { type: 'LoadBalancer' },
  }),
});

/** A field of any object's metadata, tried in a Service. */
export const metadata = (...path: Field['path']): Field => ({
  base: 'service',
  path: ['metadata', ...path],
});

export const slice = (...path: Field['path']): Field => ({ base: 'slice', path });

/** A field of the first subset. */
export const endpoints = (...path: Field['path']): Field => ({
  base: 'endpoints',
  path: ['subsets', 0, ...path],
});

export const node = (...path: Field['path']): Field => ({ base: 'node', path });

const bases: Readonly<Record<Field['base'], object>> = {
  service: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'web',
      namespace: 'shop',
      annotations: { 'service.kubernetes.io/topology-aware-hints': 'Auto' },
    },
    spec: { clusterIP: '172.30.0.10', ports: [{ port: 80 }] },
  },
  slice: {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'web-1',
      namespace: 'shop',
      labels: { 'kubernetes.io/service-name': 'web' },
    },
    addressType: 'IPv4',
    ports: [{ port: 8080 }],
    endpoints: [{ addresses: ['10.180.0.5'], conditions: {} }],
  },
  endpoints: {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'web', namespace: 'shop' },
    subsets: [{ addresses: [{ ip: '10.180.0.5' }], ports: [{ port: 8080 }] }],
  },
  node: {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-a' },
    spec: {},
    status: { addresses: [{ type: 'InternalIP', address: '192.168.0.1' }] },
  },
};

/** The object with `value` in the field; without the field when it is undefined. */
export function objectWith(field: Field, value: unknown): object {
  const base = withFields(bases[field.base], field);
  const path = fillParents(base, field.path);
  return replacedAt(path, field.path, value) as object;
}

function withFields(base: object, { base: kind, with: more }: Field): object {
  if (more === undefined) return base;
  if (kind !== 'service') return { ...base, ...more };
  return { ...base, spec: { ...(base as { spec: object }).spec, ...more } };
}

/** With empty mappings and lists on the way to a field, and null in its place. */
function fillParents(value: unknown, [key, ...rest]: Field['path']): unknown {
  if (key === undefined) return value ?? null;
  const inner = (value as Record<string | number, unknown> | undefined)?.[key];
  const filled = fillParents(inner, rest);
  if (typeof key === 'number') {
    const list = [...((value as readonly unknown[] | undefined) ?? [])];
    list[key] = filled;
    return list;
  }
  return { ...(value as object | undefined), [key]: filled };
}
