/**
 * With `--validate warn` any one object of a List may be anything at all: the others are compiled as if
 * it were not there.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFindings } from '../../src/cli/input/compile-input.ts';
import { compile } from '../../src/compile.ts';
import { hasErrors } from '../../src/diagnostics/diagnostic.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { readObjects } from '../../src/read/read.ts';
import { fullObjects, pathsOf, replacedAt, wrongJson, wrongValues } from '../support/damage.ts';
import { forAll } from '../support/worlds-property.ts';

const options: CompileOptions = {
  ...defaultOptions,
  validate: 'warn',
  nodeName: 'node-a',
  clusterCIDRs: ['10.180.0.0/16'],
  serviceCIDRs: ['172.30.0.0/16'],
};

const service = (name: string, spec: object, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec,
  ...more,
});
const slice = (name: string, address: string) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: `${name}-x`,
    namespace: 'shop',
    labels: { 'kubernetes.io/service-name': name },
  },
  addressType: 'IPv4',
  ports: [{ name: '', port: 8080 }],
  endpoints: [{ addresses: [address], nodeName: 'node-a' }],
});
const base: readonly object[] = [
  service(
    'web',
    {
      type: 'LoadBalancer',
      clusterIP: '172.30.0.1',
      selector: { app: 'web' },
      ports: [{ port: 80, nodePort: 30080 }],
      loadBalancerSourceRanges: ['203.0.113.0/24'],
    },
    { status: { loadBalancer: { ingress: [{ ip: '198.51.100.1' }] } } },
  ),
  slice('web', '10.180.0.1'),
  service('dns', { clusterIP: '172.30.0.2', ports: [{ port: 53, protocol: 'UDP' }] }),
  service('legacy', { clusterIP: '172.30.0.3', ports: [{ port: 81 }] }),
  {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'legacy', namespace: 'shop' },
    subsets: [{ addresses: [{ ip: '10.180.0.3' }], ports: [{ port: 8081 }] }],
  },
  {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-a' },
    status: { addresses: [{ type: 'InternalIP', address: '192.168.0.1' }] },
  },
];

/** The plan of the List of these JSON texts. @throws when anything stops it */
function planOf(items: readonly string[]): { readonly plan: Plan; readonly warnings: number } {
  const text = `{"apiVersion":"v1","kind":"List","items":[${items.join(',')}]}`;
  const read = readObjects([{ name: 'list.json', bytes: Buffer.from(text) }]);
  const { output, diagnostics } = compile(read.objects, options);
  const found = [...readFindings(read, options), ...diagnostics];
  if (output === undefined || hasErrors(found)) {
    const errors = found.filter(({ severity }) => severity === 'error');
    throw new Error(`stopped by ${errors.map(({ code, message }) => `${code} ${message}`).join()}`);
  }
  renderNft(output.ruleset);
  return {
    plan: output.plan,
    warnings: found.filter(({ severity }) => severity === 'warning').length,
  };
}

const baseTexts = base.map((object) => JSON.stringify(object));

/** What is set up for the Services of the base. */
const sharedOf = ({ families, unserved }: Plan): string =>
  JSON.stringify(
    [
      families.map((family) => ({
        ...family,
        servicePorts: family.servicePorts.filter(({ namespace }) => namespace === 'shop'),
        healthChecks: family.healthChecks.filter(({ namespace }) => namespace === 'shop'),
        clusterIPs: family.clusterIPs.filter((address) => address.startsWith('172.30.0.')),
        otherProxyClusterIPs: [],
      })),
      unserved.filter(({ namespace }) => namespace === 'shop'),
    ],
    (key, value: unknown) => (key === 'origin' ? undefined : value),
  );

const alone = sharedOf(planOf(baseTexts).plan);

describe.each(Object.entries(fullObjects))('%s', (_kind, full) => {
  test('whatever stands at whichever field, the others are compiled', () => {
    for (const path of pathsOf(full)) {
      for (const wrong of wrongValues) {
        const item = wrongJson(replacedAt(full, path, wrong) ?? null);
        const where = `${path.join('.')} = ${String(JSON.stringify(wrong)).slice(0, 60)}`;
        const { plan } = attempt(() => planOf([...baseTexts, item]), where);
        if (sharedOf(plan) !== alone) expect(sharedOf(plan), where).toBe(alone);
      }
    }
  });
});

function attempt<T>(work: () => T, where: string): T {
  try {
    return work();
  } catch (error) {
    throw new Error(where, { cause: error });
  }
}

test.each<readonly [string, string]>([
  ['null', 'null'],
  ['a number', '7'],
  ['a text', '"{{"'],
  ['a list', '[[]]'],
  ['deep nesting', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ['an empty mapping', '{}'],
  ['a kind of no text', '{"apiVersion":"v1","kind":5}'],
  ['a version of no text', '{"apiVersion":[],"kind":"Service"}'],
  ['a version nobody has', '{"apiVersion":"v7","kind":"Service","metadata":{"name":"x"}}'],
  ['a List without items', '{"apiVersion":"v1","kind":"List","items":5}'],
])('%s as an item is left out with a warning', (_what, item) => {
  const { plan, warnings } = planOf([...baseTexts, item]);
  expect(sharedOf(plan)).toBe(alone);
  expect(warnings).toBeGreaterThan(planOf(baseTexts).warnings);
});

test('a damaged double does not take the place of an object', () => {
  const double = { ...base[0], spec: { clusterIP: 5, ports: 'x' } };
  const { plan } = planOf([JSON.stringify(double), ...baseTexts]);
  expect(sharedOf(plan)).toBe(alone);
});

test('one Service of a million destinations is left out', () => {
  const many = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
  const monster = service('monster', {
    clusterIP: '172.30.0.99',
    ports: many(1000, (index) => ({ name: `p${index}`, port: index + 1 })),
    externalIPs: many(1000, (index) => `198.51.${100 + (index >> 8)}.${index & 255}`),
  });
  const { plan } = planOf([...baseTexts, JSON.stringify(monster)]);
  expect(sharedOf(plan)).toBe(alone);
});

test('random damage, several times over and deep, stops nobody', () => {
  const kinds = Object.values(fullObjects);
  const damages = fc.record({
    kind: fc.nat(),
    wounds: fc.array(fc.record({ path: fc.nat(), wrong: fc.oneof(fc.jsonValue(), fc.string()) }), {
      minLength: 1,
      maxLength: 6,
    }),
  });
  forAll(damages, 300, ({ kind, wounds }) => {
    let object: unknown = kinds[kind % kinds.length];
    for (const { path, wrong } of wounds) {
      const paths = pathsOf(object);
      object = replacedAt(object, paths[path % paths.length] ?? [], wrong) ?? null;
    }
    const item = JSON.stringify(object);
    const { plan } = attempt(() => planOf([...baseTexts, item]), item);
    return sharedOf(plan) === alone ? undefined : item;
  });
});
