import { isMapping } from '../diagnostics/mapping.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { mapping, text } from '../workloads/values.ts';
import { threeWay } from './merge.ts';

type Mapping = Readonly<Record<string, unknown>>;

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An object as the cluster would hold it after `kubectl apply`, before the API server has a look at it. Where the
 * cluster's object does not tell what was applied the last time, the manifest is all that anybody wants of it, as with
 * server-side apply and Helm. Metadata and status that the server keeps stay; uid and resourceVersion go, since what
 * lacks a value is to get one.
 *
 * @returns an object that stands where the manifest does
 */
export function applied(live: SourceObject, wanted: SourceObject): SourceObject {
  const last = lastOf(live.value);
  const value =
    last === undefined
      ? replaced(live.value, wanted.value)
      : threeWay(live.value, last, withoutStatus(wanted.value));
  const { uid: _, resourceVersion: __, ...metadata } = mapping(value['metadata']);
  return { ...wanted, value: { ...value, metadata } };
}

/** Undefined where nobody knows. */
function lastOf(value: Mapping): Mapping | undefined {
  const annotations = mapping(mapping(value['metadata'])['annotations']);
  const json = text(annotations[lastApplied]);
  if (json === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(json);
    return isMapping(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function replaced(live: Mapping, wanted: Mapping): Mapping {
  const { creationTimestamp } = mapping(live['metadata']);
  const metadata = {
    ...mapping(wanted['metadata']),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
  };
  const replicas = mapping(live['spec'])['replicas'];
  const spec = isMapping(wanted['spec'])
    ? { ...(replicas !== undefined && { replicas }), ...wanted['spec'] }
    : wanted['spec'];
  return {
    ...withoutStatus(wanted),
    metadata,
    ...(spec !== undefined && { spec }),
    ...('status' in live && { status: live['status'] }),
  };
}

const withoutStatus = ({ status: _, ...rest }: Mapping): Mapping => rest;
