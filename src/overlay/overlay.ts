import { objectKey } from '../allocate/service-fields.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { objectName } from '../diagnostics/object-name.ts';
import { quote } from '../diagnostics/quote.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { nodePlaces, type OneNode } from '../workloads/nodes.ts';
import type { PodSelection } from '../workloads/selection.ts';
import { mapping } from '../workloads/values.ts';
import type { Workload } from '../workloads/workload.ts';
import { applied } from './applied.ts';
import { findEndpoints, isSelecting, runningPods } from './endpoints.ts';
import { type HeldEndpoint, heldEndpointsOf, isManaged, serviceOfSlice } from './held-slices.ts';
import { type Makers, makersOf } from './makers.ts';
import type { Sought } from './sought.ts';
import { type RefusedUpdate, updatedSpec } from './update-service.ts';

/** Objects that natc compiles, and those that may make pods. */
export interface OverlaySide {
  readonly objects: readonly SourceObject[];
  readonly others: readonly SourceObject[];
}

export interface OverlaySettings {
  readonly oneNode: OneNode;
  /** What the API server would refuse is a warning where this is not strict. */
  readonly validate: 'strict' | 'warn';
}

export interface Overlaid extends OverlaySide {
  /** The pods that will be made, for each Service that they will be endpoints of. */
  readonly joining: readonly PodSelection[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What a cluster holds after `kubectl apply` of manifests, as far as Services go: objects of both are merged and updated
 * as the API server does, those of the cluster alone stay, and the endpoints of Services are what the control plane
 * would find then. Values that an update lacks are still missing. Pure.
 *
 * @param base what the cluster holds
 * @param written the manifests
 */
export function overlay(
  base: OverlaySide,
  written: OverlaySide,
  settings: OverlaySettings,
): Overlaid {
  const { validate, oneNode } = settings;
  const diagnostics: Diagnostic[] = [];
  const before = new Map(base.objects.map((object) => [keyOf(object), object]));
  const objects = laidOn(base.objects, written.objects, (live, wanted) => {
    const merged = applied(live, wanted);
    if (wanted.kind !== 'Service') return merged;
    const old = mapping(live.value['spec']);
    const { spec, refused } = updatedSpec(old, mapping(merged.value['spec']));
    diagnostics.push(...refused.map((each) => refusal(wanted, live, each, validate)));
    return { ...merged, value: withStatusOf(spec, { ...merged.value, spec }) };
  });
  const others = laidOn(base.others, written.others, applied);
  const isWritten = new Set(written.objects.map(keyOf));
  const writtenOthers = new Set(written.others.map(keyOf));
  const makers = makersOf(others, new Set(others.filter((each) => writtenOthers.has(keyOf(each)))));
  const nodes = nodePlaces(objects, oneNode);
  const knowsPods = base.others.some(({ kind }) => kind === 'Pod');
  const slices = new Map<string | undefined, SourceObject[]>();
  for (const object of objects) {
    if (object.kind !== 'EndpointSlice') continue;
    const service = serviceOfSlice(object);
    const own = slices.get(service) ?? [];
    slices.set(service, own);
    own.push(object);
  }
  const seen = seenBy(base);
  const known = new Map<string, readonly Workload[]>();
  const runs = (namespace: string, around: Makers): readonly Workload[] => {
    const found = known.get(namespace) ?? runningPods(around, seen.get(namespace) ?? []);
    known.set(namespace, found);
    return found;
  };
  const gone = new Set<SourceObject>();
  const made: SourceObject[] = [];
  const joining: PodSelection[] = [];
  for (const after of objects) {
    const service = after.kind === 'Service' ? objectKey(after) : undefined;
    if (service === undefined || !isSelecting(after)) continue;
    const own = slices.get(service) ?? [];
    if (own.some((slice) => isWritten.has(keyOf(slice)))) continue;
    const [namespace = ''] = service.split('/');
    const around = makers(namespace);
    if (!isWritten.has(keyOf(after)) && !around.isWritten && own.length > 0) continue;
    const held = own.filter(isManaged);
    const old = before.get(keyOf(after));
    const sought: Sought = { service, before: old, after, slices: held };
    const found = findEndpoints(sought, {
      ...{ makers: around, nodes, knowsPods },
      runs: () => runs(namespace, around),
    });
    for (const slice of held) gone.add(slice);
    made.push(...(found?.slices ?? []));
    if (found !== undefined) joining.push(found.joining);
  }
  return {
    objects: [...objects.filter((object) => !gone.has(object)), ...made],
    ...{ others, joining, diagnostics },
  };
}

/** The endpoints of a cluster by namespace. */
function seenBy({ objects }: OverlaySide): ReadonlyMap<string, readonly HeldEndpoint[]> {
  const found = new Map<string, HeldEndpoint[]>();
  for (const object of objects) {
    if (object.kind !== 'EndpointSlice') continue;
    const [namespace = ''] = (objectKey(object) ?? '').split('/');
    const own = found.get(namespace) ?? [];
    found.set(namespace, own);
    for (const each of heldEndpointsOf(object)) own.push(each);
  }
  return found;
}

/** Kind and name: what tells objects apart. */
export function keyOf(object: SourceObject): string {
  const { kind, apiVersion } = object;
  const isNode = kind === 'Node';
  const name = mapping(object.value['metadata'])['name'];
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  return `${group} ${kind} ${isNode ? String(name) : (objectKey(object) ?? '')}`;
}

/** In the order of the base, then what is new; what has no name is new. */
function laidOn(
  base: readonly SourceObject[],
  written: readonly SourceObject[],
  merge: (live: SourceObject, wanted: SourceObject) => SourceObject,
): readonly SourceObject[] {
  const wanted = new Map(written.map((object) => [keyOf(object), object]));
  const live = new Set(base.map(keyOf));
  return [
    ...base.map((object) => {
      const own = wanted.get(keyOf(object));
      return own === undefined ? object : merge(object, own);
    }),
    ...written.filter((object) => !live.has(keyOf(object))),
  ];
}

/** Addresses of a load balancer are gone with it. */
function withStatusOf(
  spec: Readonly<Record<string, unknown>>,
  value: SourceObject['value'],
): SourceObject['value'] {
  if (spec['type'] === 'LoadBalancer') return value;
  const { status: _, ...rest } = value;
  return rest;
}

const refusal = (
  object: SourceObject,
  live: SourceObject,
  { path, was, wanted }: RefusedUpdate,
  validate: OverlaySettings['validate'],
): Diagnostic => {
  const field = path.filter((step) => typeof step === 'string').join('.');
  return {
    code: 'NATC2153',
    message: `${objectName(object)} cannot be applied: ${field} is ${quote(String(was))} in the cluster and may not become ${quote(String(wanted))}`,
    places: [
      { kind: 'field', object, path: [...path] },
      { kind: 'field', object: live, path: [...path], note: 'held here' },
    ],
    hint: 'leave the field out, or delete the Service first',
    ...(validate === 'strict' ? { severity: 'error' } : { severity: 'warning', wasError: true }),
  };
};
