import { isMapping } from '../../diagnostics/mapping.ts';
/** The kinds that a ruleset is made of. */
export type ServedKind = 'Node' | 'Service' | 'EndpointSlice';

/** One of the three lists, or that of the pods. */
export interface ListKind<Kind extends ServedKind | 'Pod' = ServedKind> {
  readonly kind: Kind;
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

/** What manifests are laid on, where a Service may get another selector. */
export const podList: ListKind<'Pod'> = {
  ...{ kind: 'Pod', apiVersion: 'v1', resource: 'pods', path: '/api/v1/pods' },
};

/** Whichever. */
export type AnyListKind = ListKind<ServedKind | 'Pod'>;

type Mapping = Readonly<Record<string, unknown>>;

/** One object of the cluster, as its text and by what it is told apart. */
export interface ListedItem {
  /** `namespace/name`, or the name of a Node; empty where it has none. */
  readonly name: string;
  /** `metadata.resourceVersion`; empty where it has none. */
  readonly version: string;
  /** See {@link itemText}. */
  readonly text: string;
  /** How many endpoints it has, if it is an EndpointSlice; 0 for others. */
  readonly endpoints: number;
}

/** An item of a typed list, or the object of a watch event. */
export function listedItem(item: unknown, list: AnyListKind): ListedItem {
  const metadata = isMapping(item) && isMapping(item['metadata']) ? item['metadata'] : {};
  const { name = '', namespace, resourceVersion = '' } = metadata;
  return {
    name: list.kind === 'Node' ? String(name) : `${String(namespace ?? 'default')}/${String(name)}`,
    version: String(resourceVersion),
    text: itemText(item, list),
    endpoints: isMapping(item) && Array.isArray(item['endpoints']) ? item['endpoints'].length : 0,
  };
}

/**
 * An item of a typed list as `kubectl get -o json` prints it, but for two things. Who manages which field
 * is left out of all objects: half of their text, and nobody's business here. And a Node loses what
 * kubelets report every few minutes, its resourceVersion with it, so that a cluster in which nothing
 * has changed gives the same text. Of a Pod only what makes it an endpoint is left: there are many, and they are long.
 */
export function itemText(item: unknown, { kind, apiVersion }: AnyListKind): string {
  if (!isMapping(item)) return JSON.stringify(item);
  const slim = slimObject({ apiVersion, kind, ...item }, kind);
  // The closing brace where kubectl has it, which is how the items are told apart without parsing.
  return `${JSON.stringify(slim).slice(0, -1)}${itemEnd}`;
}

export const itemEnd = '\n        }';

function slimObject(object: Mapping, kind: AnyListKind['kind']): Mapping {
  switch (kind) {
    case 'Node':
      return slimNode(object);
    case 'Pod':
      return slimPod(withMetadata(object, ['managedFields']));
    case 'Service':
    case 'EndpointSlice':
      return withMetadata(object, ['managedFields']);
  }
}

function slimPod(pod: Mapping): Mapping {
  const { containers, initContainers, ...spec } = mappingOf(pod['spec']);
  const { phase, podIP, podIPs, conditions } = mappingOf(pod['status']);
  const slimContainers = (list: unknown): unknown =>
    Array.isArray(list)
      ? list
          .map(mappingOf)
          .map(({ name, ports, restartPolicy }) => ({ name, ports, restartPolicy }))
      : undefined;
  const { hostNetwork, nodeName, nodeSelector, readinessGates, tolerations } = spec;
  return {
    ...pod,
    spec: {
      ...{ hostNetwork, nodeName, nodeSelector, readinessGates, tolerations },
      containers: slimContainers(containers),
      initContainers: slimContainers(initContainers),
    },
    status: { phase, podIP, podIPs, conditions },
  };
}

const mappingOf = (value: unknown): Mapping => (isMapping(value) ? value : {});

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
