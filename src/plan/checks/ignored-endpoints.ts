import type { EndpointSlice } from '../../model/cluster.ts';
import { serviceKey } from '../endpoint-sources.ts';
import { isNeverMirrored } from '../mirror.ts';
import { compareBytes } from '../order.ts';
import { headlessLabelPath } from '../origin.ts';
import {
  endpointSlices,
  endpointsObjects,
  grouped,
  type Subject,
  subject,
  type Wording,
} from './grouped.ts';
import type { Check } from './planned.ts';

/** E12, S4: what is ignored, besides what the model stage says of single slices (E1, E2). */
export const ignoredEndpoints: Check = ({ cluster, taken }) => {
  const all = new Set(cluster.services.map(keyOf));
  const served = new Set(taken.map(keyOf));
  const orphans: EndpointSlice[] = [];
  const hidden: EndpointSlice[] = [];
  for (const slice of cluster.endpointSlices) {
    const owner = ownerOf(slice);
    if (owner === undefined) continue;
    if (!all.has(owner)) orphans.push(slice);
    else if (slice.headless && served.has(owner)) hidden.push(slice);
  }
  const orphanEndpoints = cluster.endpoints.filter(
    (endpoints) => !all.has(keyOf(endpoints)) && !isNeverMirrored(endpoints),
  );
  return [
    ...grouped('NATC3009', 'note', inOrder(orphans).map(pointAtOwner), {
      noun: endpointSlices,
      says: ownerless,
    }),
    ...grouped(
      'NATC3009',
      'note',
      inOrder(orphanEndpoints).map((endpoints) => subject(endpoints)),
      { noun: endpointsObjects, says: ownerless },
    ),
    ...grouped(
      'NATC3010',
      'note',
      inOrder(hidden).map((slice) => subject(slice, headlessLabelPath)),
      {
        noun: endpointSlices,
        says: ['is hidden from proxies by a label', 'are hidden from proxies by labels'],
      },
    ),
  ];
};

const ownerless: Wording['says'] = [
  'is not used: its Service is not in the input',
  'are not used: their Services are not in the input',
];

const pointAtOwner = (slice: EndpointSlice): Subject =>
  subject(slice, ['metadata', 'labels', 'kubernetes.io/service-name']);

const inOrder = <T extends { readonly namespace: string; readonly name: string }>(
  objects: readonly T[],
): readonly T[] =>
  objects.toSorted(
    (a, b) => compareBytes(a.namespace, b.namespace) || compareBytes(a.name, b.name),
  );

const keyOf = ({ namespace, name }: { namespace: string; name: string }): string =>
  serviceKey(namespace, name);

const ownerOf = (slice: EndpointSlice): string | undefined =>
  slice.serviceName === undefined ? undefined : serviceKey(slice.namespace, slice.serviceName);
