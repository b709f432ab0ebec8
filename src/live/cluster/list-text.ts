/** One of the three lists. */
export interface ListKind {
  readonly kind: 'Node' | 'Service' | 'EndpointSlice';
  readonly apiVersion: 'v1' | 'discovery.k8s.io/v1';
  /** As in a ClusterRole, and in what the API server says: `endpointslices.discovery.k8s.io`. */
  readonly resource: string;
  readonly path: string;
}

/**
 * Endpoints last: a pod that is replaced meanwhile is then in the list as it is now, and slices of a
 * Service that is not in the list are nobody's.
 */
export const listKinds: readonly ListKind[] = [
  { kind: 'Node', apiVersion: 'v1', resource: 'nodes', path: '/api/v1/nodes' },
  { kind: 'Service', apiVersion: 'v1', resource: 'services', path: '/api/v1/services' },
  {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    resource: 'endpointslices.discovery.k8s.io',
    path: '/apis/discovery.k8s.io/v1/endpointslices',
  },
];

type Mapping = Readonly<Record<string, unknown>>;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * An item of a typed list as `kubectl get -o json` prints it, but for two things. Who manages which field
 * is left out of all objects: half of their text, and nobody's business here. And a Node loses what
 * kubelets report every few minutes, its resourceVersion with it, so that a cluster in which nothing
 * has changed gives the same text.
 */
export function itemText(item: unknown, { kind, apiVersion }: ListKind): string {
  if (!isMapping(item)) return JSON.stringify(item);
  const object = { apiVersion, kind, ...item };
  const slim = kind === 'Node' ? slimNode(object) : withMetadata(object, ['managedFields']);
  // The closing brace where kubectl has it, which is how the items are told apart without parsing.
  return `${JSON.stringify(slim).slice(0, -1)}\n        }`;
}

function slimNode(node: Mapping): Mapping {
  const slim = withMetadata(node, ['managedFields', 'resourceVersion']);
  const status = node['status'];
  if (!isMapping(status)) return slim;
  const { addresses } = status;
  return { ...slim, status: addresses === undefined ? {} : { addresses } };
}

function withMetadata(object: Mapping, without: readonly string[]): Mapping {
  const metadata = object['metadata'];
  if (!isMapping(metadata)) return object;
  const kept = Object.entries(metadata).filter(([name]) => !without.includes(name));
  return { ...object, metadata: Object.fromEntries(kept) };
}

/** A List of items, in the form of kubectl. */
export const listText = (items: readonly string[]): string =>
  `{\n    "apiVersion": "v1",\n    "kind": "List",\n    "items": [${
    items.length === 0 ? '' : `\n        ${items.join(',\n        ')}\n    `
  }]\n}\n`;
