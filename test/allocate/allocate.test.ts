import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocate } from '../../src/allocate/allocate.ts';
import { addressBands, nodePortBands } from '../../src/allocate/bands.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import type { SourceObject } from '../../src/diagnostics/source.ts';
import { parseCidr } from '../../src/net/cidr.ts';

const service = (name: string, spec: Record<string, unknown> = {}): SourceObject => ({
  source: { name: 'test.yaml', text: '' },
  extent: { format: 'yaml', start: 0, end: 0, path: [] },
  apiVersion: 'v1',
  kind: 'Service',
  value: {
    metadata: { name, namespace: 'shop' },
    spec: { type: 'NodePort', ports: [{ port: 80 }], ...spec },
  },
});
// So narrow that Services hash to the same values all the time.
const networks = {
  services: [parseCidr('10.96.0.0/25')!],
  nodePorts: { first: 30000, last: 30099 },
  validate: 'strict',
} as const;

const valuesOf = (objects: readonly SourceObject[]) =>
  new Map(
    objects.map(({ value }) => {
      const { metadata, spec } = value as { metadata: { name: string }; spec: unknown };
      return [metadata.name, spec] as const;
    }),
  );
const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 40 });

describe('allocation', () => {
  test('the bands are those of the API server', () => {
    const { dynamic } = addressBands(parseCidr('10.96.0.0/24')!);
    expect(dynamic.first - BigInt(10 * 2 ** 24 + 96 * 2 ** 16)).toBe(17n);
    expect(nodePortBands({ first: 30000, last: 32767 }).dynamic.first).toBe(30086n);
  });

  test('does not depend on the order of objects', () => {
    fc.assert(
      fc.property(names, (given) => {
        const objects = given.map((name) => service(name));
        const [forth] = allocate([objects], networks);
        const [back] = allocate([objects.toReversed()], networks);
        expect(valuesOf(back!.objects)).toEqual(valuesOf(forth!.objects));
      }),
    );
  });

  test('what a side adds or removes moves no other Service', () => {
    fc.assert(
      fc.property(names, names, (before, after) => {
        const [old, next] = allocate(
          [before, after].map((side) => side.map((name) => service(name))),
          networks,
        );
        const was = valuesOf(old!.objects);
        for (const [name, spec] of valuesOf(next!.objects))
          if (was.has(name)) expect(spec).toEqual(was.get(name));
      }),
    );
  });

  test('gives no value twice, and none that somebody wrote', () => {
    fc.assert(
      fc.property(names, (given) => {
        const fixed = service('explicit', {
          clusterIP: '10.96.0.40',
          ports: [{ port: 1, nodePort: 30050 }],
        });
        const [side] = allocate([[...given.map((name) => service(name)), fixed]], networks);
        const specs = side!.objects.map(
          ({ value }) => value['spec'] as { clusterIP: string; ports: { nodePort: number }[] },
        );
        expect(new Set(specs.map(({ clusterIP }) => clusterIP)).size).toBe(specs.length);
        expect(new Set(specs.map(({ ports }) => ports[0]?.nodePort)).size).toBe(specs.length);
      }),
    );
  });
});

const specs = fc.record(
  {
    type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer'),
    ipFamilyPolicy: fc.constantFrom('SingleStack', 'PreferDualStack', 'RequireDualStack'),
    ipFamilies: fc.constantFrom(['IPv4'], ['IPv6'], ['IPv6', 'IPv4']),
    externalTrafficPolicy: fc.constantFrom('Local', 'Cluster'),
    allocateLoadBalancerNodePorts: fc.boolean(),
    clusterIP: fc.integer({ min: 1, max: 126 }).map((last) => `10.96.0.${last}`),
    ports: fc.uniqueArray(
      fc.record(
        {
          name: fc.constantFrom('a', 'b', 'c'),
          port: fc.integer({ min: 1, max: 4 }),
          nodePort: fc.integer({ min: 30000, max: 30099 }),
        },
        { requiredKeys: ['name', 'port'] },
      ),
      { selector: ({ name }) => name, minLength: 1, maxLength: 3 },
    ),
  },
  { requiredKeys: ['ports'] },
);
const dual = {
  ...networks,
  services: [parseCidr('10.96.0.0/25')!, parseCidr('fd00:10:96::/120')!],
};
const key = ({ value }: SourceObject) => (value as { metadata: { name: string } }).metadata.name;

test('adding, removing and reordering objects of any kind changes no other allocation', () => {
  const worlds = fc.dictionary(fc.stringMatching(/^[a-z]{1,2}$/), specs, {
    minKeys: 1,
    maxKeys: 30,
  });
  const changes = fc.record({
    removed: fc.array(fc.nat({ max: 30 })),
    added: fc.dictionary(fc.stringMatching(/^[a-z]{3}$/), specs, { maxKeys: 15 }),
    order: fc.infiniteStream(fc.nat()),
  });
  fc.assert(
    fc.property(worlds, changes, (world, { removed, added, order }) => {
      const old = Object.entries(world).map(([name, spec]) => service(name, spec));
      const left = old.filter((_, index) => !removed.includes(index));
      const more = Object.entries(added).map(([name, spec]) => service(name, spec));
      const next = [...left, ...more]
        .map((object) => [order.next().value ?? 0, object] as const)
        .sort(([a], [b]) => a - b)
        .map(([, object]) => object);
      const [before, after] = allocate([old, next], dual);
      const was = new Map(before!.objects.map((object) => [key(object), object.value]));
      const names = new Set(left.map(key));
      for (const object of after!.objects)
        if (names.has(key(object))) expect(object.value).toEqual(was.get(key(object)));
      // A lock file, which knows the old side alone, keeps what nobody has claimed since.
      const [alone] = allocate([old], dual);
      const [locked] = allocate([next], dual, alone!.held);
      const claimed = new Set(
        more.flatMap(({ value }) => {
          const { clusterIP, ports } = (value as { spec: Spec }).spec;
          return [clusterIP, ...ports.map(({ nodePort }) => nodePort)];
        }),
      );
      const kept = new Map(alone!.objects.map((object) => [key(object), object.value]));
      for (const object of locked!.objects) {
        const { spec } = (kept.get(key(object)) ?? {}) as { spec?: Spec };
        if (spec === undefined || !names.has(key(object))) continue;
        const values = [
          ...(spec.clusterIPs ?? [spec.clusterIP]),
          ...spec.ports.map(({ nodePort }) => nodePort),
          spec.healthCheckNodePort,
        ];
        if (!values.some((value) => value !== undefined && claimed.has(value)))
          expect(object.value).toEqual(kept.get(key(object)));
      }
    }),
    { numRuns: 300 },
  );
});

interface Spec {
  readonly clusterIP?: string;
  readonly clusterIPs?: readonly string[];
  readonly ports: readonly { readonly nodePort?: number }[];
  readonly healthCheckNodePort?: number;
}

describe('one set of Services without a side before', () => {
  /** Names of the Services whose values depend on others. */
  const movable = ({ diagnostics }: { readonly diagnostics: readonly Diagnostic[] }) =>
    new Set(
      diagnostics
        .filter(({ code }) => code === 'NATC3062')
        .map(({ message }) => /^Service shop\/(\S+)/.exec(message)?.[1]),
    );
  const some = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), specs, {
    minKeys: 1,
    maxKeys: 12,
  });
  const wide = { ...dual, services: [parseCidr('10.96.0.0/16')!, parseCidr('fd00:10:96::/112')!] };

  test.each([
    ['of many values', wide],
    ['of few values', dual],
  ])(
    'from ranges %s: only what is told to have given way moves when others come or go',
    (_, of) => {
      fc.assert(
        fc.property(some, some, fc.boolean(), (world, more, isReversed) => {
          const old = Object.entries(world).map(([name, spec]) => service(name, spec));
          const added = Object.entries(more)
            .filter(([name]) => !(name in world))
            .map(([name, spec]) => service(name, spec));
          const all = isReversed ? [...added, ...old.toReversed()] : [...old, ...added];
          const [[before], [after]] = [allocate([old], of), allocate([all], of)];
          const mayMove = new Set([...movable(before!), ...movable(after!)]);
          const was = new Map(before!.objects.map((object) => [key(object), object.value]));
          for (const object of after!.objects)
            if (was.has(key(object)) && !mayMove.has(key(object)))
              expect(object.value).toEqual(was.get(key(object)));
        }),
      );
    },
  );

  test('names both, and what keeps the values', () => {
    const narrow = { ...networks, services: [parseCidr('10.96.0.0/28')!] };
    const [side] = allocate(
      [['a', 'b', 'c', 'd', 'e', 'f'].map((name) => service(name, { type: 'ClusterIP' }))],
      narrow,
    );
    const notes = side!.diagnostics.filter(({ code }) => code === 'NATC3062');
    expect(notes.length).toBeGreaterThan(0);
    for (const { severity, message, hint, places } of notes) {
      expect(severity).toBe('note');
      expect(message).toMatch(
        /^Service shop\/(.) gets cluster IP 10\.96\.0\.\d+: .* 10\.96\.0\.\d+, Service shop\/(?!\1)./,
      );
      expect(hint).toContain('--lock');
      expect(places).toHaveLength(2);
    }
    // Who has kept a value from before depends on nobody.
    const [again] = allocate([side!.objects], narrow, side!.held);
    expect(again!.diagnostics).toEqual([]);
  });

  test('a Service alone has the values of its names', () => {
    const [side] = allocate([[service('web', { type: 'ClusterIP' })]], dual);
    expect(side!.diagnostics).toEqual([]);
  });
});
