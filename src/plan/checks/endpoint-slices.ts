import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Cluster, EndpointSlice } from '../../model/cluster.ts';
import { isVisible, serviceKey } from '../endpoint-sources.ts';
import { isNeverMirrored } from '../mirror.ts';
import { compareBytes } from '../order.ts';
import { counted, grouped, type Subject, subject } from './grouped.ts';
import type { Check } from './planned.ts';

/** E1, E2, E12, S3, S4: no slice or Endpoints object is ignored in silence. */
export const ignoredSlices: Check = ({ cluster, settings, taken }) => {
  const services = new Set(cluster.services.map(keyOf));
  const served = new Set(taken.map(keyOf));
  const ownerless: Subject[] = [];
  const orphans: Subject[] = [];
  const fqdn: Subject[] = [];
  const hidden: Subject[] = [];
  for (const slice of inOrder(cluster.endpointSlices)) {
    const owner = ownerOf(slice);
    if (owner === undefined) ownerless.push(subject(slice));
    else if (!services.has(owner)) orphans.push(subject(slice));
    else if (slice.addressType === 'FQDN') fqdn.push(subject(slice, ['addressType']));
    else if (served.has(owner) && !isVisible(slice, settings)) {
      hidden.push(subject(slice, ['metadata', 'labels']));
    }
  }
  for (const endpoints of inOrder(cluster.endpoints)) {
    if (!services.has(keyOf(endpoints)) && !isNeverMirrored(endpoints)) {
      orphans.push(subject(endpoints));
    }
  }
  return [
    ...ignored('NATC3006', ownerless, 'EndpointSlice', 'without label kubernetes.io/service-name'),
    ...ignored(
      'NATC3014',
      orphans,
      'object',
      'with endpoints of a Service that is not in the input',
    ),
    ...ignored('NATC3015', fqdn, 'EndpointSlice', 'of addressType FQDN'),
    ...ignored('NATC3016', hidden, 'EndpointSlice', 'hidden from this proxy by a label'),
  ];
};

const ignored = (
  code: Diagnostic['code'],
  subjects: readonly Subject[],
  noun: string,
  which: string,
): readonly Diagnostic[] =>
  grouped(
    code,
    'note',
    subjects,
    (count, names) => `${counted(count, noun)} ${which} ignored: ${names}`,
  );

const keyOf = ({ namespace, name }: { namespace: string; name: string }): string =>
  serviceKey(namespace, name);

const ownerOf = (slice: EndpointSlice): string | undefined =>
  slice.serviceName === undefined ? undefined : serviceKey(slice.namespace, slice.serviceName);

const inOrder = <T extends Cluster['endpointSlices' | 'endpoints'][number]>(
  objects: readonly T[],
): readonly T[] =>
  objects.toSorted(
    (a, b) => compareBytes(a.namespace, b.namespace) || compareBytes(a.name, b.name),
  );
