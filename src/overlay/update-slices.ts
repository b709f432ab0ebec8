import type { SourceObject } from '../diagnostics/source.ts';
import { parseAddress } from '../net/address.ts';
import { ipFamilies } from '../net/family.ts';
import { targetPorts } from '../workloads/selection.ts';
import { count, list, mapping, text } from '../workloads/values.ts';
import type { Workload } from '../workloads/workload.ts';
import type { HeldEndpoint } from './held-slices.ts';
import { type Makers, makerOf } from './makers.ts';
import type { Sought } from './sought.ts';

export interface SliceContents {
  /** Of the cluster's endpoints those that stay. */
  readonly kept: readonly HeldEndpoint[];
  /** Pods of the cluster that become endpoints. */
  readonly running: readonly Workload[];
  readonly makers: Makers;
  /** Whether there will be no endpoint at all, and that is known. */
  readonly isEmpty: boolean;
}

type Mapping = Readonly<Record<string, unknown>>;

/**
 * The slices of a Service after an update, with the ports that its targetPorts have by then. A slice in which nothing
 * changes stays the cluster's own; others stand where what changed them does.
 */
export function slicesOf(
  sought: Sought,
  { kept, running, makers, isEmpty }: SliceContents,
): readonly SourceObject[] {
  const { slices, after } = sought;
  const held = slices.flatMap((slice) => {
    const own = kept.filter((each) => each.slice === slice);
    const groups = grouped(own, (each) => portsOf(sought, each, makers));
    const [only] = groups;
    const isWhole = own.length === list(slice.value['endpoints']).length;
    if (own.length === 0) return isWhole && !isEmpty ? [slice] : [];
    if (groups.length === 1 && isWhole && only !== undefined && isAsHeld(slice, only.ports))
      return [slice];
    return groups.map(({ ports, members }, index) => {
      const maker = members
        .map(({ pod }) => (pod === undefined ? undefined : makerOf(pod, makers)))
        .find((each) => each?.isWritten);
      const of = maker === undefined || sought.before === undefined ? after : maker.workload.object;
      const metadata = mapping(slice.value['metadata']);
      const name = index === 0 ? metadata['name'] : `${metadata['name']}-${index}`;
      const endpoints = members.map(({ endpoint }) => endpoint);
      return made(of, { ...slice.value, metadata: { ...metadata, name }, ports, endpoints });
    });
  });
  const joined = ipFamilies.flatMap((family) => {
    const pods = running.flatMap((workload) => {
      const addresses = workload.running?.addresses ?? [];
      const address = addresses
        .map((each) => parseAddress(each))
        .find((each) => each?.family === family);
      return address === undefined ? [] : [{ workload, address: address.text }];
    });
    return grouped(
      pods,
      ({ workload }) => targetPorts(after, templateOf(workload, makers)).ports,
    ).map(({ ports, members }, index) =>
      made(after, {
        metadata: sliceMetadata(sought, `found-${index}-${family.toLowerCase()}`),
        ...{ addressType: family, ports },
        endpoints: members.map(({ workload, address }) =>
          runningEndpoint(after, workload, address),
        ),
      }),
    );
  });
  if (!isEmpty) return [...held, ...joined];
  const addressType = slices[0]?.value['addressType'] ?? 'IPv4';
  const metadata = sliceMetadata(sought, 'none');
  return [made(after, { metadata, addressType, ports: [], endpoints: [] })];
}

const sliceMetadata = ({ service }: Sought, suffix: string) => {
  const [namespace = '', name = ''] = service.split('/');
  const labels = { 'kubernetes.io/service-name': name };
  return { namespace, name: `${name.slice(0, 200)}-${suffix}`, labels };
};

const made = (of: SourceObject, value: Mapping): SourceObject => ({
  ...of,
  ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', madeFrom: of },
  value: { ...value, apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
});

function runningEndpoint(service: SourceObject, pod: Workload, address: string): Mapping {
  const { running, name, namespace, nodeName } = pod;
  const isAlwaysReady = mapping(service.value['spec'])['publishNotReadyAddresses'] === true;
  const isReady = running?.isReady === true;
  const isTerminating = running?.isTerminating === true;
  return {
    addresses: [address],
    conditions: {
      ready: isAlwaysReady || (isReady && !isTerminating),
      serving: isAlwaysReady || isReady,
      terminating: isTerminating,
    },
    ...(nodeName !== undefined && { nodeName }),
    targetRef: { kind: 'Pod', namespace, name },
  };
}

/** Where the manifests have the workload that makes a pod, its template is what counts. */
function templateOf(pod: Workload, makers: Makers): Workload {
  const maker = makerOf(pod.name, makers);
  return maker?.isWritten === true ? maker.workload : pod;
}

/** The ports of an endpoint: numbers as they are, names in its containers or else as the slice has them by now. */
function portsOf(
  { before, after }: Sought,
  { slice, pod }: HeldEndpoint,
  makers: Makers,
): readonly Mapping[] {
  const maker = pod === undefined ? undefined : makerOf(pod, makers);
  const known =
    maker?.isWritten === true
      ? maker.workload
      : pod === undefined
        ? undefined
        : makers.pods.get(pod);
  const held = list(slice.value['ports']).map(mapping);
  const old = before === undefined ? [] : list(mapping(before.value['spec'])['ports']).map(mapping);
  const next = list(mapping(after.value['spec'])['ports']).map(mapping);
  // What the cluster resolved already stays, unless a manifest says otherwise.
  if (
    maker?.isWritten !== true &&
    JSON.stringify(old.map(targetOf)) === JSON.stringify(next.map(targetOf))
  )
    return held;
  return next.flatMap((port) => {
    const { name, protocol, target } = targetOf(port);
    const own = { ...(name !== '' && { name }), protocol };
    if (typeof target === 'number') return [{ ...own, port: target }];
    const found = known?.ports.find((each) => each.name === target && each.protocol === protocol);
    if (found !== undefined) return [{ ...own, port: found.port }];
    if (known !== undefined) return [];
    const alike = old
      .map(targetOf)
      .find((each) => each.target === target && each.protocol === protocol);
    const resolved = alike && held.find((each) => isPort(each, alike.name, protocol));
    return resolved === undefined ? [] : [{ ...own, port: resolved['port'] }];
  });
}

function targetOf({ name, protocol, port, targetPort }: Mapping) {
  const target = text(targetPort) ?? (count(targetPort) || count(port));
  return { name: text(name) ?? '', protocol: text(protocol) ?? 'TCP', target } as const;
}

const isPort = (port: Mapping, name: string, protocol: string): boolean =>
  (text(port['name']) ?? '') === name && (text(port['protocol']) ?? 'TCP') === protocol;

/** Whether a slice has these ports, in any order. */
function isAsHeld(slice: SourceObject, ports: readonly Mapping[]): boolean {
  const texts = (list: readonly Mapping[]): string =>
    list
      .map(
        (port) => `${text(port['name']) ?? ''} ${text(port['protocol']) ?? 'TCP'} ${port['port']}`,
      )
      .sort()
      .join();
  return texts(list(slice.value['ports']).map(mapping)) === texts(ports);
}

interface Group<T, P> {
  readonly ports: readonly P[];
  readonly members: readonly T[];
}

/** Those that have the same ports together, since a slice has one list of them. */
function grouped<T, P>(
  members: readonly T[],
  portsOfMember: (member: T) => readonly P[],
): readonly Group<T, P>[] {
  const groups = new Map<string, { ports: readonly P[]; members: T[] }>();
  for (const member of members) {
    const ports = portsOfMember(member);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, members: [] };
    groups.set(key, group);
    group.members.push(member);
  }
  return [...groups.values()];
}
