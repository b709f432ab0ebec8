/**
 * Generated worlds: realistic and valid clusters with the node they are compiled for. Every address
 * comes from the one plan in worlds-address-plan.ts.
 */
import fc from 'fast-check';
import type { Manifest } from '../oracle/manifest.ts';
import type { World } from '../oracle/world.ts';
import { pods } from './worlds-address-plan.ts';
import { backingShapes, buildBacking } from './worlds-endpoints.ts';
import { generatedNodes } from './worlds-node.ts';
import { buildService, noClaims, serviceShapes } from './worlds-services.ts';

/** Valid worlds of up to `maxServices` Services. */
export const worldsOf = (maxServices: number): fc.Arbitrary<World> =>
  fc
    .record({
      node: generatedNodes,
      services: fc.uniqueArray(fc.record({ service: serviceShapes, backing: backingShapes }), {
        minLength: 1,
        maxLength: maxServices,
        selector: ({ service }) => `${service.namespace}/${service.name}`,
      }),
      orphans: fc.array(fc.record({ service: serviceShapes, backing: backingShapes }), {
        maxLength: 1,
      }),
      anonymous: fc.subarray(
        pods.map((_, index) => index),
        { maxLength: 3 },
      ),
      order: fc.nat(),
    })
    .map(({ node, services, orphans, anonymous, order }) => {
      const claims = noClaims();
      const unknownNode = new Set(anonymous);
      const withBacking = services.flatMap(({ service, backing }, slot) => {
        const object = buildService(service, slot, claims);
        return [object, ...buildBacking(backing, object, unknownNode)];
      });
      // Endpoints whose Service is not there (E12).
      const ofNobody = orphans.flatMap(({ service, backing }) => {
        const absent = { ...service, name: 'absent' };
        return buildBacking(backing, buildService(absent, 99, noClaims()), unknownNode);
      });
      return {
        objects: shuffled<Manifest>([...withBacking, ...ofNobody, ...node.objects], order),
        node: node.record,
      };
    });

export const worlds: fc.Arbitrary<World> = worldsOf(6);

/** A permutation that `seed` picks; 0 leaves the order alone. */
export function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const result = [...items];
  let state = seed % 2147483647;
  for (let last = result.length - 1; last > 0; last--) {
    state = (state * 48271) % 2147483647;
    const other = state === 0 ? last : state % (last + 1);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
