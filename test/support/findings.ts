import { formatPath } from '../../src/diagnostics/object-name.ts';
import type { Place } from '../../src/diagnostics/place.ts';
import { buildModel } from '../../src/model/model.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { objectOf } from './objects.ts';

/** A Service that nothing is wrong with, save what `spec` and `rest` make of it. */
export const service = (spec: object = {}, rest: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { clusterIP: '172.30.0.10', ports: [{ name: 'http', port: 80 }], ...spec },
  ...rest,
});

/** The same for an EndpointSlice of that Service. */
export const slice = (rest: object = {}): object => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: 'web-1',
    namespace: 'shop',
    labels: { 'kubernetes.io/service-name': 'web' },
  },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.180.0.5'] }],
  ports: [{ name: 'http', port: 8080 }],
  ...rest,
});

/** The same for an Endpoints object of that Service. */
export const endpoints = (...subsets: readonly object[]): object => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'web', namespace: 'shop' },
  subsets,
});

export const modelOf = (objects: readonly object[], options: Partial<CompileOptions> = {}) =>
  buildModel(
    objects.map((object) => objectOf(object)),
    { ...defaultOptions, ...options },
  );

/** What the model stage says, each as `error NATC2003 spec.ports[0].port`; `key:` marks a key. */
export const findings = (
  objects: readonly object[],
  options: Partial<CompileOptions> = {},
): readonly string[] =>
  modelOf(objects, options).diagnostics.map(({ code, severity, places }) =>
    [severity, code, ...places.map(placeText)].join(' '),
  );

/** The same without what is no error. */
export const errors = (
  objects: readonly object[],
  options: Partial<CompileOptions> = {},
): readonly string[] => findings(objects, options).filter((finding) => finding.startsWith('error'));

function placeText(place: Place): string {
  if (place.kind === 'option') return place.option;
  if (place.kind !== 'field') return place.kind;
  return (place.at === 'key' ? 'key:' : '') + formatPath(place.path);
}
