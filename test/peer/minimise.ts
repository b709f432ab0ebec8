/** Makes a counterexample small: leaves out objects, endpoints, ports and fields while it still is one. */
import type { Manifest } from '../oracle/manifest.ts';
import type { World } from '../oracle/world.ts';

/** @param stillFails whether a smaller world, valid or not, still shows what is wrong */
export async function minimise(
  world: World,
  stillFails: (smaller: World) => Promise<boolean>,
  milliseconds: number,
): Promise<World> {
  const end = Date.now() + milliseconds;
  let smallest = world;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const candidate of candidates(smallest)) {
      if (Date.now() > end) return smallest;
      if (!(await stillFails(candidate))) continue;
      smallest = candidate;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

function* candidates(world: World): Generator<World> {
  const { objects, node } = world;
  for (const index of objects.keys()) yield { ...world, objects: objects.toSpliced(index, 1) };
  for (const [index, object] of objects.entries()) {
    for (const smaller of smallerObjects(object)) {
      yield { ...world, objects: objects.with(index, smaller) };
    }
  }
  if (node.masqueradeAll) yield { ...world, node: { ...node, masqueradeAll: false } };
  if (node.serviceCIDRs.length > 0) yield { ...world, node: { ...node, serviceCIDRs: [] } };
  if (node.nodePortAddresses.length > 0) {
    yield { ...world, node: { ...node, nodePortAddresses: [] } };
  }
}

const kept = new Set(['type', 'clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'ports']);

function* smallerObjects(object: Manifest): Generator<Manifest> {
  if (object.kind === 'EndpointSlice') {
    const { endpoints = [] } = object;
    for (const index of endpoints.keys()) {
      yield { ...object, endpoints: endpoints.toSpliced(index, 1) };
      const { hints: _, conditions: __, ...plain } = endpoints[index]!;
      if (_ !== undefined || __ !== undefined) {
        yield { ...object, endpoints: endpoints.with(index, plain) };
      }
    }
  }
  if (object.kind !== 'Service') return;
  const { ports = [] } = object.spec;
  for (const index of ports.length > 1 ? ports.keys() : []) {
    yield { ...object, spec: { ...object.spec, ports: ports.toSpliced(index, 1) } };
  }
  for (const field of Object.keys(object.spec).filter((name) => !kept.has(name))) {
    const spec = Object.entries(object.spec).filter(([name]) => name !== field);
    yield { ...object, spec: Object.fromEntries(spec) };
  }
}
