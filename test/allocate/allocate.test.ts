import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocate } from '../../src/allocate/allocate.ts';
import { addressBands, nodePortBands } from '../../src/allocate/bands.ts';
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
