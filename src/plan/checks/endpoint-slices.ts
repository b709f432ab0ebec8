import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { FieldPath } from '../../diagnostics/source.ts';
import type { EndpointSlice, Endpoints } from '../../model/cluster.ts';
import { isVisible, serviceKey } from '../endpoint-sources.ts';
import { isNeverMirrored } from '../mirror.ts';
import { compareBytes } from '../order.ts';
import { counted, grouped, subject } from './grouped.ts';
import type { Check } from './planned.ts';

/** E12, S3, S4: what is ignored, besides what the model stage says of single slices (E1, E2). */
export const ignoredSlices: Check = ({ cluster, settings, taken }) => {
  const services = new Set(cluster.services.map(keyOf));
  const served = new Set(taken.map(keyOf));
  const orphans: Owned[] = [];
  const hidden: Owned[] = [];
  for (const slice of cluster.endpointSlices) {
    const owner = ownerOf(slice);
    if (owner === undefined) continue;
    if (!services.has(owner)) orphans.push(slice);
    else if (!isVisible(slice, settings) && served.has(owner)) hidden.push(slice);
  }
  for (const endpoints of cluster.endpoints) {
    if (!services.has(keyOf(endpoints)) && !isNeverMirrored(endpoints)) orphans.push(endpoints);
  }
  return [
    ...ignored('NATC3009', orphans, [], 'object', 'with endpoints of a Service not in the input'),
    ...ignored('NATC3010', hidden, ['metadata', 'labels'], 'EndpointSlice', 'hidden by a label'),
  ];
};

type Owned = EndpointSlice | Endpoints;

const ignored = (
  code: Diagnostic['code'],
  objects: readonly Owned[],
  path: FieldPath,
  noun: string,
  which: string,
): readonly Diagnostic[] =>
  grouped(
    code,
    'note',
    objects.toSorted(byName).map((object) => subject(object, path)),
    (count, names) => `${counted(count, noun)} ${which} ignored: ${names}`,
  );

const byName = (a: Owned, b: Owned): number =>
  compareBytes(a.namespace, b.namespace) || compareBytes(a.name, b.name);

const keyOf = ({ namespace, name }: { namespace: string; name: string }): string =>
  serviceKey(namespace, name);

const ownerOf = (slice: EndpointSlice): string | undefined =>
  slice.serviceName === undefined ? undefined : serviceKey(slice.namespace, slice.serviceName);
