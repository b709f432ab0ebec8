import type { SourceObject } from '../diagnostics/source.ts';
import { parseAddress } from '../net/address.ts';
import type { IpFamily } from '../net/family.ts';
import type { PodAddresses } from './addresses.ts';
import type { Expanded, Pod } from './pods.ts';
import { type PodSelection, targetPorts } from './selection.ts';
import { list, mapping, text } from './values.ts';

/**
 * The EndpointSlices that the control plane would write for a Service: one for each workload and family that its
 * selector finds, and an empty one where it finds none. Each is an object of its own that stands where its workload
 * does.
 *
 * @param service with the families that it has
 */
export function slicesFor(
  service: SourceObject,
  { found, service: key }: PodSelection,
  addresses: PodAddresses,
): readonly SourceObject[] {
  const spec = mapping(service.value['spec']);
  const families = familiesOf(spec);
  const [namespace = '', name = ''] = key.split('/');
  const make = (of: SourceObject, suffix: string, body: Readonly<Record<string, unknown>>) => ({
    ...of,
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    madeFrom: of,
    value: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: sliceName(name, suffix),
        namespace,
        labels: { 'kubernetes.io/service-name': name },
      },
      ...body,
    },
  });
  return families.flatMap((family) => {
    const own = found.flatMap((expanded, index) => {
      const isAlwaysReady = spec['publishNotReadyAddresses'] === true;
      const endpoints = endpointsOf(expanded, family, addresses, isAlwaysReady);
      if (endpoints.length === 0) return [];
      const { ports } = targetPorts(service, expanded.workload);
      const body = { addressType: family, ports, endpoints };
      return [make(expanded.workload.object, `${index}-${family}`, body)];
    });
    return own.length > 0
      ? own
      : [make(service, `none-${family}`, { addressType: family, ports: [], endpoints: [] })];
  });
}

/** As given, or those of the cluster IPs. */
function familiesOf(spec: Readonly<Record<string, unknown>>): readonly IpFamily[] {
  const given = list(spec['ipFamilies']).filter((family) => family === 'IPv4' || family === 'IPv6');
  if (given.length > 0) return given;
  const single =
    list(spec['clusterIPs']).length > 0 ? list(spec['clusterIPs']) : [spec['clusterIP']];
  return single.flatMap((address) => parseAddress(text(address) ?? '')?.family ?? []);
}

/** In lower case and no longer than names may be; whoever reads it sees the workload's name instead. */
const sliceName = (service: string, suffix: string): string =>
  `${service.slice(0, 200)}-${suffix.toLowerCase()}`;

function endpointsOf(
  { pods }: Expanded,
  family: IpFamily,
  addresses: PodAddresses,
  isAlwaysReady: boolean,
): readonly unknown[] {
  return pods.flatMap((pod, index) => {
    const address = addresses.get(pod.key)?.get(family);
    if (address === undefined) return [];
    const { name: nodeName } = pod.node;
    return [
      {
        addresses: [address],
        conditions: conditionsOf(pod, isAlwaysReady),
        ...(nodeName !== undefined && { nodeName: nodeName.toLowerCase() }),
        targetRef: {
          kind: 'Pod',
          namespace: pod.workload.namespace,
          name: podName(pod, index),
        },
      },
    ];
  });
}

const podName = ({ workload: { kind, name } }: Pod, index: number): string =>
  kind === 'Pod' ? name : `${name}-${index}`;

/** Of a pod that does not run, one hopes that it will be ready. */
function conditionsOf({ workload: { running } }: Pod, isAlwaysReady: boolean) {
  if (running === undefined) return { ready: true, serving: true, terminating: false };
  const { isReady, isTerminating } = running;
  return {
    ready: isAlwaysReady || (isReady && !isTerminating),
    serving: isAlwaysReady || isReady,
    terminating: isTerminating,
  };
}
