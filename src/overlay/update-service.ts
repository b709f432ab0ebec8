import { isMapping } from '../diagnostics/mapping.ts';
import { list, mapping, text } from '../workloads/values.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** A field that the API server lets nobody change. */
export interface RefusedUpdate {
  readonly path: readonly (string | number)[];
  readonly was: unknown;
  readonly wanted: unknown;
}

/**
 * What the API server does to the `spec` of a Service that is updated: what it allocated stays where it is not given,
 * and what a change of type makes meaningless goes where it was not changed too
 * (pkg/registry/core/service: patchAllocatedValues, dropTypeDependentFields). A family is added or dropped as
 * ipFamilyPolicy says.
 *
 * @param before what the server holds
 * @param after what it is to hold
 */
export function updatedSpec(
  before: Mapping,
  after: Mapping,
): { readonly spec: Mapping; readonly refused: readonly RefusedUpdate[] } {
  const patched = withFamilies(before, withoutMeaningless(before, withAllocated(before, after)));
  return { spec: patched, refused: refusedChanges(before, patched) };
}

const typeOf = (spec: Mapping): string => text(spec['type']) ?? 'ClusterIP';
const needsClusterIP = (spec: Mapping): boolean => typeOf(spec) !== 'ExternalName';
const isLoadBalancer = (spec: Mapping): boolean => typeOf(spec) === 'LoadBalancer';
const needsNodePort = (spec: Mapping): boolean =>
  typeOf(spec) === 'NodePort' || isLoadBalancer(spec);
const needsHealthCheck = (spec: Mapping): boolean =>
  isLoadBalancer(spec) && spec['externalTrafficPolicy'] === 'Local';
const isOutside = (spec: Mapping): boolean =>
  needsNodePort(spec) || list(spec['externalIPs']).length > 0;

const isUnset = (value: unknown): boolean => !isSet(value);

const isSet = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') ||
  (typeof value === 'number' && value !== 0) ||
  typeof value === 'boolean' ||
  (Array.isArray(value) && value.length > 0) ||
  isMapping(value);

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function withAllocated(before: Mapping, after: Mapping): Mapping {
  const more: Record<string, unknown> = {};
  if (needsClusterIP(before) && needsClusterIP(after)) {
    if (isUnset(after['clusterIP'])) more['clusterIP'] = before['clusterIP'];
    // A single address that is another one is the list too; see the refusal.
    const isOther = isSet(after['clusterIP']) && !isSame(after['clusterIP'], before['clusterIP']);
    if (
      isOther &&
      (isUnset(after['clusterIPs']) || isSame(after['clusterIPs'], before['clusterIPs']))
    )
      more['clusterIPs'] = [after['clusterIP']];
    else if (isUnset(after['clusterIPs'])) more['clusterIPs'] = before['clusterIPs'];
    for (const field of ['ipFamilies', 'ipFamilyPolicy'])
      if (isUnset(after[field])) more[field] = before[field];
  }
  if (needsNodePort(before) && needsNodePort(after) && Array.isArray(after['ports']))
    more['ports'] = portsWithAllocated(before, after['ports']);
  if (needsHealthCheck(before) && needsHealthCheck(after) && isUnset(after['healthCheckNodePort']))
    more['healthCheckNodePort'] = before['healthCheckNodePort'];
  const known = Object.entries(more).filter(([, value]) => value !== undefined);
  return { ...after, ...Object.fromEntries(known) };
}

const nodePortsOf = (spec: Mapping): ReadonlySet<unknown> =>
  new Set(list(spec['ports']).flatMap((port) => mapping(port)['nodePort'] || []));

/** By the ports' names, but no number twice. */
function portsWithAllocated(before: Mapping, ports: readonly unknown[]): readonly unknown[] {
  const given = nodePortsOf({ ports });
  const used = new Set([...nodePortsOf(before)].filter((number) => given.has(number)));
  const byName = new Map(
    list(before['ports']).map((port) => [text(mapping(port)['name']), mapping(port)['nodePort']]),
  );
  return ports.map((port) => {
    if (!isMapping(port) || isSet(port['nodePort'])) return port;
    const old = byName.get(text(port['name']));
    if (!isSet(old) || used.has(old)) return port;
    used.add(old);
    return { ...port, nodePort: old };
  });
}

/** Only what is as it was: what somebody gives with the new type is for validation to refuse. */
function withoutMeaningless(before: Mapping, after: Mapping): Mapping {
  const gone = new Set<string>();
  const dropSame = (fields: readonly string[]): void => {
    for (const field of fields) if (isSame(before[field], after[field])) gone.add(field);
  };
  if (needsClusterIP(before) && !needsClusterIP(after)) {
    if (isSame(before['clusterIP'], after['clusterIP'])) dropSame(['clusterIP', 'clusterIPs']);
    dropSame(['ipFamilies', 'ipFamilyPolicy']);
  }
  if (needsHealthCheck(before) && !needsHealthCheck(after)) dropSame(['healthCheckNodePort']);
  if (isLoadBalancer(before) && !isLoadBalancer(after))
    dropSame(['allocateLoadBalancerNodePorts', 'loadBalancerClass']);
  if (isOutside(before) && !isOutside(after)) dropSame(['externalTrafficPolicy']);
  const left = Object.fromEntries(Object.entries(after).filter(([field]) => !gone.has(field)));
  const had = nodePortsOf(before);
  const losesNodePorts = needsNodePort(before) && !needsNodePort(after);
  if (!losesNodePorts || ![...nodePortsOf(after)].every((number) => had.has(number))) return left;
  return {
    ...left,
    ports: list(after['ports']).map((port) => {
      if (!isMapping(port)) return port;
      const { nodePort: _, ...rest } = port;
      return rest;
    }),
  };
}

/** One policy alone drops a family, and only one that changes adds one. */
function withFamilies(before: Mapping, after: Mapping): Mapping {
  const addresses = list(after['clusterIPs']);
  const isHeld =
    needsClusterIP(before) && addresses.length > 0 && isSame(addresses, before['clusterIPs']);
  if (!isHeld) return after;
  const isAsked = !isSame(before['ipFamilyPolicy'], after['ipFamilyPolicy']);
  if (after['ipFamilyPolicy'] === 'SingleStack' && isAsked)
    return {
      ...after,
      clusterIPs: addresses.slice(0, 1),
      ipFamilies: list(after['ipFamilies']).slice(0, 1),
    };
  // The server leaves a Service alone that prefers two families and has one, whatever the cluster has by now.
  const isLeft = !isAsked && isSame(before['ipFamilies'], after['ipFamilies']);
  return isLeft && after['ipFamilyPolicy'] === 'PreferDualStack' && addresses.length === 1
    ? { ...after, ipFamilyPolicy: 'SingleStack' }
    : after;
}

function refusedChanges(before: Mapping, after: Mapping): readonly RefusedUpdate[] {
  const found: RefusedUpdate[] = [];
  const refuse = (path: RefusedUpdate['path'], was: unknown, wanted: unknown): void => {
    if (isSet(was) && isSet(wanted) && !isSame(was, wanted)) found.push({ path, was, wanted });
  };
  if (needsClusterIP(before) && needsClusterIP(after)) {
    refuse(['spec', 'clusterIP'], firstOf(before, 'clusterIP'), firstOf(after, 'clusterIP'));
    const [was, wanted] = [before, after].map((spec) => list(spec['ipFamilies'])[0]);
    refuse(['spec', 'ipFamilies', 0], was, wanted);
  }
  if (isLoadBalancer(before) && isLoadBalancer(after))
    refuse(['spec', 'loadBalancerClass'], before['loadBalancerClass'], after['loadBalancerClass']);
  if (needsHealthCheck(before) && needsHealthCheck(after)) {
    const field = 'healthCheckNodePort';
    refuse(['spec', field], before[field], after[field]);
  }
  return found;
}

const firstOf = (spec: Mapping, field: 'clusterIP'): unknown =>
  list(spec['clusterIPs'])[0] ?? spec[field];
