import type { SourceObject } from '../diagnostics/source.ts';
import { list, mapping, text } from '../workloads/values.ts';

/** `namespace/name` of the Service that a slice is for; undefined where it is for none. */
export function serviceOfSlice({ value }: SourceObject): string | undefined {
  const { namespace, labels } = mapping(value['metadata']);
  const name = text(mapping(labels)['kubernetes.io/service-name']);
  return name === undefined ? undefined : `${text(namespace) ?? 'default'}/${name}`;
}

const managedBy = 'endpointslice.kubernetes.io/managed-by';

/** Whether the control plane writes the slice of a Service that has a selector; tests and old dumps have no label. */
export function isManaged({ value }: SourceObject): boolean {
  const label = text(mapping(mapping(value['metadata'])['labels'])[managedBy]);
  return label === undefined || label === 'endpointslice-controller.k8s.io';
}

/** An endpoint of the cluster's. */
export interface HeldEndpoint {
  readonly slice: SourceObject;
  readonly endpoint: Readonly<Record<string, unknown>>;
  /** The pod's name, where it is one. */
  readonly pod: string | undefined;
  readonly isReady: boolean;
}

export const heldEndpointsOf = (slice: SourceObject): readonly HeldEndpoint[] =>
  list(slice.value['endpoints']).map((each) => {
    const endpoint = mapping(each);
    const { kind, name } = mapping(endpoint['targetRef']);
    return {
      slice,
      endpoint,
      pod: kind === 'Pod' ? text(name) : undefined,
      isReady: mapping(endpoint['conditions'])['ready'] !== false,
    };
  });
