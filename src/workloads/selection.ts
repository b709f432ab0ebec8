import { isMapping } from '../diagnostics/mapping.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import type { Protocol } from '../net/family.ts';
import type { Expanded, Pod } from './pods.ts';
import { count, list, mapping, text, textsOf } from './values.ts';
import type { ContainerPort, Workload } from './workload.ts';

/** What a Service's selector finds among the workloads. */
export interface PodSelection {
  /** The Service as it was written. */
  readonly object: SourceObject;
  /** `namespace/name` */
  readonly service: string;
  readonly selector: ReadonlyMap<string, string>;
  readonly found: readonly Expanded[];
  /** Named target ports that a workload has no container port for. */
  readonly unnamed: readonly UnnamedPort[];
}

export interface UnnamedPort {
  readonly workload: Workload;
  /** Index in `spec.ports`. */
  readonly index: number;
  readonly name: string;
  readonly protocol: Protocol;
}

/** A port of the endpoints as a slice lists it. */
export interface TargetPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** The selector of a Service; undefined for one that has none, and for what is no Service with endpoints. */
export function selectorOf({ kind, value }: SourceObject): ReadonlyMap<string, string> | undefined {
  const spec = mapping(value['spec']);
  const isHeadless = [spec['clusterIP'], ...list(spec['clusterIPs'])].includes('None');
  if (kind !== 'Service' || spec['type'] === 'ExternalName' || isHeadless) return undefined;
  if (!isMapping(spec['selector'])) return undefined;
  const selector = textsOf(spec['selector']);
  return selector.size === 0 || selector.size < Object.keys(spec['selector']).length
    ? undefined
    : selector;
}

export const isSelectedBy = (
  selector: ReadonlyMap<string, string>,
  namespace: string,
  workload: Workload,
): boolean =>
  workload.namespace === namespace &&
  [...selector].every(([key, value]) => workload.labels.get(key) === value);

/** What a workload's pods have to listen on for each port of a Service. */
export function targetPorts(
  service: SourceObject,
  workload: Workload,
): { readonly ports: readonly TargetPort[]; readonly unnamed: readonly UnnamedPort[] } {
  const ports: TargetPort[] = [];
  const unnamed: UnnamedPort[] = [];
  list(mapping(service.value['spec'])['ports']).forEach((entry, index) => {
    const { name, protocol, port, targetPort } = mapping(entry);
    const known: Protocol = protocol === 'UDP' || protocol === 'SCTP' ? protocol : 'TCP';
    const target = text(targetPort);
    const own = { name: text(name) ?? '', protocol: known };
    if (target === undefined) {
      const number = count(targetPort) || count(port);
      if (number !== undefined) ports.push({ ...own, port: number });
      return;
    }
    const found = workload.ports.find((each) => isNamed(each, target, known));
    if (found !== undefined) ports.push({ ...own, port: found.port });
    else unnamed.push({ workload, index, name: target, protocol: known });
  });
  return { ports, unnamed };
}

const isNamed = (port: ContainerPort, name: string, protocol: Protocol): boolean =>
  port.name === name && port.protocol === protocol;

/** Pods that take part: those that have ended do not. */
export const podsIn = ({ found }: Pick<PodSelection, 'found'>): readonly Pod[] =>
  found.flatMap(({ pods }) => pods);
