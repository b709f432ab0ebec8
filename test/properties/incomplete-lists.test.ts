import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import type { SourceObject } from '../../src/diagnostics/source.ts';
import { doubtsAbout } from '../../src/hold-back/doubts.ts';
import { holdBack } from '../../src/hold-back/hold-back.ts';
import { servedServices } from '../../src/hold-back/served.ts';
import type { World } from '../oracle/world.ts';
import { objectOf } from '../support/objects.ts';
import { worlds } from '../support/worlds.ts';
import { compileValid, describeWorld, optionsOf } from '../support/worlds-compile.ts';
import { forAll } from '../support/worlds-property.ts';

const kinds = ['Service', 'EndpointSlice', 'Node'] as const;

/** A world of which one list ends after some page. */
const cutWorlds = worlds.chain((world) =>
  fc.record({
    world: fc.constant(world),
    kind: fc.constantFrom(...kinds),
    kept: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  }),
);

/** As a cluster has it: the controllers make every slice, and leave empty ones. */
function asControllersDo({ objects }: World): readonly SourceObject[] {
  return objects.map((object) => {
    if (object.kind !== 'EndpointSlice') return objectOf(object);
    const labels = {
      ...object.metadata.labels,
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    };
    return objectOf({ ...object, metadata: { ...object.metadata, labels } });
  });
}

const nameOf = ({ value }: SourceObject): string => {
  const { namespace = 'default', name } = value['metadata'] as Record<string, string>;
  return `${namespace}/${name}`;
};

test('no page that is missing takes the endpoints of a Service that still has them', () => {
  let doubted = 0;
  forAll(cutWorlds, 300, ({ world, kind, kept }) => {
    const whole = asControllersDo(world);
    const options = optionsOf(world);
    const list = whole.filter((object) => object.kind === kind);
    list.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    const missing = new Set(list.slice(Math.floor(kept * list.length)));
    const cut = whole.filter((object) => !missing.has(object));
    const before = compileValid(world);
    const { output } = compile(cut, options);
    // What a cut list makes invalid is refused whole.
    if (output === undefined || output.cluster.services.length === 0) return undefined;
    const doubts = doubtsAbout(servedServices(before), servedServices(output), output.cluster, 50);
    const held = holdBack(cut, doubts, whole);
    const after = compile(held, options).output;
    if (after === undefined) return `does not compile\n${describeWorld(world)}`;
    if (held.length > cut.length) doubted++;
    const isSlice = (object: SourceObject): boolean => object.kind === 'EndpointSlice';
    const sliced = new Set(whole.filter(isSlice).map(serviceOf));
    const left = new Set(cut.filter(isSlice).map(serviceOf));
    const lost = [...servedServices(before).services.keys()].filter(
      (name) =>
        !servedServices(after).services.has(name) &&
        // Slices that people keep by hand say nothing when they are gone; nor does one of several.
        (kind !== 'EndpointSlice' || (hasSelector(before, name) && !left.has(name))) &&
        (kind !== 'Service' || sliced.has(name)),
    );
    return lost.length === 0
      ? undefined
      : `${lost.join(', ')} lost with ${missing.size} of ${kind}: ${JSON.stringify(doubts)}\n${describeWorld(world)}`;
  });
  expect(doubted).toBeGreaterThan(20);
});

const serviceOf = ({ value }: SourceObject): string => {
  const { namespace, labels } = value['metadata'] as {
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  return `${namespace ?? 'default'}/${labels?.['kubernetes.io/service-name']}`;
};

const hasSelector = ({ cluster }: ReturnType<typeof compileValid>, name: string): boolean =>
  cluster.services.some(
    (service) => `${service.namespace}/${service.name}` === name && service.hasSelector,
  );
