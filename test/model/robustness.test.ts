import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codes } from '../../src/diagnostics/codes.ts';
import { readKubeProxyConfig } from '../../src/model/kube-proxy-config.ts';
import { kubeProxyFields } from '../../src/model/kube-proxy-fields.ts';
import { buildModel } from '../../src/model/model.ts';
import { defaultOptions } from '../../src/options.ts';
import { objectOf } from '../support/objects.ts';

const numRuns = process.env['NATC_LONG'] === '1' ? 5000 : 300;

const scalar = fc.oneof(
  fc.constantFrom('', 'None', 'TCP', 'tcp', 'IPv4', 'web', '10.0.0.1', 'fd00::1', '10.0.0.0/8'),
  fc.constantFrom('ClusterIP', 'LoadBalancer', 'Local', 'ClientIP', '__proto__', '\u0000"\n;}'),
  fc.integer({ min: -1, max: 70_000 }),
  fc.constantFrom(null, true, 0.5, 1e300),
);

/** A mapping with some of the given fields, each of the right shape or of any. */
const shaped = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc.record(
    Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [
        key,
        fc.oneof({ weight: 8, arbitrary: value }, { weight: 1, arbitrary: fc.jsonValue() }),
      ]),
    ),
    { requiredKeys: [] },
  );

const listOf = (entry: fc.Arbitrary<unknown>) => fc.array(entry, { maxLength: 3 });

const metadata = shaped({
  name: fc.constantFrom('web', 'db', 'Web'),
  namespace: fc.constantFrom('shop', 'default'),
  labels: fc.dictionary(
    fc.constantFrom('kubernetes.io/service-name', 'service.kubernetes.io/headless', '__proto__'),
    scalar,
  ),
});

const port = shaped({
  name: scalar,
  port: scalar,
  protocol: scalar,
  nodePort: scalar,
  targetPort: scalar,
});

const service = shaped({
  metadata,
  spec: shaped({
    type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
    clusterIP: scalar,
    clusterIPs: listOf(scalar),
    ipFamilies: listOf(scalar),
    ipFamilyPolicy: scalar,
    ports: listOf(port),
    externalIPs: listOf(scalar),
    loadBalancerSourceRanges: listOf(scalar),
    sessionAffinity: scalar,
    sessionAffinityConfig: shaped({ clientIP: shaped({ timeoutSeconds: scalar }) }),
    externalTrafficPolicy: scalar,
    healthCheckNodePort: scalar,
  }),
  status: shaped({
    loadBalancer: shaped({
      ingress: listOf(shaped({ ip: scalar, hostname: scalar, ipMode: scalar })),
    }),
  }),
});

const endpointSlice = shaped({
  metadata,
  addressType: fc.constantFrom('IPv4', 'IPv6', 'FQDN'),
  ports: listOf(port),
  endpoints: listOf(
    shaped({
      addresses: listOf(scalar),
      nodeName: scalar,
      conditions: shaped({ ready: scalar, serving: scalar, terminating: scalar }),
      hints: shaped({ forZones: listOf(shaped({ name: scalar })) }),
    }),
  ),
});

const address = shaped({ ip: scalar, nodeName: scalar });
const endpoints = shaped({
  metadata,
  subsets: listOf(
    shaped({ addresses: listOf(address), notReadyAddresses: listOf(address), ports: listOf(port) }),
  ),
});

const node = shaped({
  metadata,
  spec: shaped({ podCIDR: scalar, podCIDRs: listOf(scalar) }),
  status: shaped({ addresses: listOf(shaped({ type: scalar, address: scalar })) }),
});

const named = (kind: string, value: fc.Arbitrary<object>) =>
  value.map((fields) => ({ apiVersion: 'v1', kind, ...fields }));

const anyObject = fc.oneof(
  named('Service', service),
  named('EndpointSlice', endpointSlice),
  named('Endpoints', endpoints),
  named('Node', node),
);

describe('whatever the objects hold', () => {
  test('the model is built and every finding is complete', () => {
    fc.assert(
      fc.property(fc.array(anyObject, { maxLength: 6 }), (objects) => {
        const sources = objects.map((object) => objectOf(object));
        const strict = buildModel(sources, defaultOptions);
        const lenient = buildModel(sources, { ...defaultOptions, validate: 'warn' });
        for (const { code, message, hint = '', places } of strict.diagnostics) {
          expect(code in codes).toBe(true);
          expect(places.length).toBeGreaterThan(0);
          expect(`${message}${hint}`).not.toMatch(/\n|undefined|\[object/);
        }
        expect(lenient.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        const texts = lenient.diagnostics.map(({ code, message }) => `${code} ${message}`);
        const refused = strict.diagnostics.filter(({ severity }) => severity === 'error');
        expect(texts).toEqual(
          expect.arrayContaining(refused.map(({ code, message }) => `${code} ${message}`)),
        );
      }),
      { numRuns },
    );
  });

  test('the order of the objects makes no difference', () => {
    const shuffled = fc
      .array(anyObject, { maxLength: 6 })
      .chain((objects) =>
        fc.tuple(fc.constant(objects), fc.shuffledSubarray(objects, { minLength: objects.length })),
      );
    const sorted = (values: readonly unknown[]) =>
      values.map((value) => JSON.stringify(value)).sort();
    fc.assert(
      fc.property(shuffled, ([objects, other]) => {
        const [a, b] = [objects, other].map((list) =>
          buildModel(
            list.map((object) => objectOf(object)),
            { ...defaultOptions, validate: 'warn' },
          ),
        );
        expect(sorted(b!.cluster.services)).toEqual(sorted(a!.cluster.services));
        expect(sorted(b!.cluster.endpointSlices)).toEqual(sorted(a!.cluster.endpointSlices));
        expect(sorted(b!.cluster.endpoints)).toEqual(sorted(a!.cluster.endpoints));
        expect(sorted(b!.cluster.nodes)).toEqual(sorted(a!.cluster.nodes));
        expect(sorted(b!.diagnostics)).toEqual(sorted(a!.diagnostics));
      }),
      { numRuns },
    );
  });
});

test('a KubeProxyConfiguration of any content is read', () => {
  const fields = shaped(
    Object.fromEntries(Object.keys(kubeProxyFields).map((key) => [key, fc.jsonValue()])),
  );
  fc.assert(
    fc.property(named('KubeProxyConfiguration', fields), (value) => {
      const { options, places } = readKubeProxyConfig(objectOf(value));
      buildModel([], { ...defaultOptions, ...options }, places);
    }),
    { numRuns },
  );
});
