import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import type { Cluster, Service } from '../model/cluster.ts';
import type { Settings } from '../model/settings.ts';
import { type GroupSubject, grouped, services as noun } from './checks/grouped.ts';
import { endpointSourceOf, indexEndpointSources, serviceKey } from './endpoint-sources.ts';
import { fieldAt, origin } from './origin.ts';
import type { Origin } from './plan.ts';
import { takeServices } from './taken-services.ts';

/** What natc would have to know of a Service to say what happens to its packets. */
export type Lacking =
  /** The Service itself: it was left out, since it cannot be read. */
  | 'service'
  /** Some of its ports, which cannot be read. */
  | 'ports'
  | 'cluster-ip'
  /** Of at least one of its ports, where the API server would have allocated one. */
  | 'node-port'
  /** It has a selector, and nothing in the input tells what that selects. */
  | 'endpoints';

/** A Service of which the ruleset is not what a cluster would do, since something is not known yet. */
export interface Uncompiled {
  /** `namespace/name` */
  readonly service: string;
  readonly lacks: Lacking;
  readonly origin: Origin;
}

/**
 * The Services of which a ruleset says too little, sorted by name: what it says of their packets is not to be
 * taken for what a cluster would do. A Service that is none of ours (headless, an ExternalName, another
 * proxy's, of another family) is not among them.
 *
 * @param objects all that was read; Services that are missing in the cluster were left out
 */
export function uncompiledServices(
  objects: readonly SourceObject[],
  cluster: Cluster,
  settings: Settings,
): readonly Uncompiled[] {
  const known = new Set(cluster.services.map(({ namespace, name }) => serviceKey(namespace, name)));
  const leftOut = objects
    .filter(({ kind }) => kind === 'Service')
    .map((object) => lacking(rawName(object), 'service', object))
    .filter(({ service }) => !known.has(service));
  const withoutPorts = cluster.services
    .filter(({ type, ports, object }) => type !== 'ExternalName' && lacksPorts(object, ports))
    .map((service) => lacking(keyOf(service), 'ports', service.object));
  const { taken, unserved } = takeServices(cluster.services, settings);
  const withoutAddress = unserved
    .filter(({ reason }) => reason === 'no-cluster-ip')
    .map((each) =>
      lacking(serviceKey(each.namespace, each.service), 'cluster-ip', each.origin.object),
    );
  const sources = indexEndpointSources(cluster);
  const partly = taken.flatMap((service) => {
    const key = keyOf(service);
    const source = endpointSourceOf(sources, service).kind;
    const isUnknown = service.hasSelector && (source === 'none' || source === 'unmirrored');
    return [
      ...(lacksNodePort(service) ? [lacking(key, 'node-port', service.object)] : []),
      ...(isUnknown ? [lacking(key, 'endpoints', service.object)] : []),
    ];
  });
  return [...leftOut, ...withoutPorts, ...withoutAddress, ...partly].sort((a, b) =>
    a.service < b.service ? -1 : a.service > b.service ? 1 : 0,
  );
}

const lacking = (service: string, lacks: Lacking, object: SourceObject): Uncompiled => ({
  service,
  lacks,
  origin: origin(object, lacks === 'endpoints' ? ['spec', 'selector'] : ['metadata', 'name']),
});

const keyOf = ({ namespace, name }: Service): string => serviceKey(namespace, name);

/** Whether `--validate warn` left out some that are given. */
function lacksPorts(object: SourceObject, ports: Service['ports']): boolean {
  const given = fieldAt(object, ['spec', 'ports']);
  return Array.isArray(given) && given.length > ports.length;
}

/** As the object has it, whether or not that is a name. */
function rawName(object: SourceObject): string {
  const text = (key: string): string | undefined => {
    const value = fieldAt(object, ['metadata', key]);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return serviceKey(text('namespace') ?? 'default', text('name') ?? text('generateName') ?? '?');
}

/** A LoadBalancer may do without, and the API server then allocates none. */
function lacksNodePort({ type, ports, object }: Service): boolean {
  const isAllocated =
    type === 'NodePort' ||
    (type === 'LoadBalancer' &&
      fieldAt(object, ['spec', 'allocateLoadBalancerNodePorts']) !== false);
  return (
    isAllocated && ports.some(({ index }) => !fieldAt(object, ['spec', 'ports', index, 'nodePort']))
  );
}

/** What is said of a Service that lacks something; goes on from its name. */
export const lackingWords: Readonly<Record<Lacking, string>> = {
  service: 'was left out',
  ports: 'has ports that were left out',
  'cluster-ip': 'has no cluster IP',
  'node-port': 'has no node port for some of its ports',
  endpoints: 'has a selector, and nothing in the input says which endpoints that selects',
};

/** Warns of the Services of which the endpoints are not known. */
export const unknownEndpoints = (uncompiled: readonly Uncompiled[]): readonly Diagnostic[] =>
  grouped('NATC3046', 'warning', subjectsOf(uncompiled, 'endpoints'), {
    noun,
    says: [
      'has a selector, but the input says of no endpoints: connections are refused',
      'have selectors, but the input says of no endpoints: connections are refused',
    ],
    hint: 'give the EndpointSlices too ("kubectl get services,endpointslices -o yaml"); where the pods are described elsewhere, the annotation natc.dev/ignore: NATC3046 says that this is known',
  });

/** Without those that lack endpoints where the warning about that is ignored: they are known to be elsewhere. */
export function heardUncompiled(
  uncompiled: readonly Uncompiled[],
  heard: readonly Diagnostic[],
): readonly Uncompiled[] {
  const objects = new Set(
    heard
      .filter(({ code }) => code === 'NATC3046')
      .flatMap(({ group, places }) => group?.subjects.map(({ place }) => place) ?? places)
      .map((place) => (place.kind === 'field' ? place.object : undefined)),
  );
  return uncompiled.filter(
    ({ lacks, origin: { object } }) => lacks !== 'endpoints' || objects.has(object),
  );
}

/** The error that keeps any command that judges an input from saying that all is well. */
export function sayUncompiled(uncompiled: readonly Uncompiled[]): readonly Diagnostic[] {
  const distinct = new Map(uncompiled.map((each) => [each.service, each]));
  const subjects = [...distinct.values()].map(subjectOf);
  const [only, ...more] = uncompiled;
  const why = only !== undefined && more.length === 0 ? `: it ${lackingWords[only.lacks]}` : '';
  return grouped('NATC3045', 'error', subjects, {
    noun,
    says: [
      `could not be compiled in full${why}`,
      'could not be compiled in full: what happens to their packets is not known',
    ],
    hint: 'what natc says of the input is not said of these; the warnings tell what each lacks',
  });
}

const subjectsOf = (uncompiled: readonly Uncompiled[], lacks: Lacking): readonly GroupSubject[] =>
  uncompiled.filter((each) => each.lacks === lacks).map(subjectOf);

const subjectOf = ({ service, origin }: Uncompiled): GroupSubject => ({
  name: service,
  place: { kind: 'field', ...origin },
});
