import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Place } from '../../diagnostics/place.ts';
import { serviceKey } from '../endpoint-sources.ts';
import { isNeverMirrored } from '../mirror.ts';
import { compareBytes } from '../order.ts';
import { headlessLabelPath } from '../origin.ts';
import { findStrays, isStarving, type Meant, type Stray, strayAdvice } from '../strays.ts';
import {
  endpointSlices,
  endpointsObjects,
  type GroupSubject,
  grouped,
  subject,
  type Wording,
} from './grouped.ts';
import type { Check, Planned } from './planned.ts';

/** E12, S4: what is ignored, besides what the model stage says of single slices (E1, E2). */
export const ignoredEndpoints: Check = (planned) => [...strays(planned), ...hiddenSlices(planned)];

/**
 * Where a Service starves, an object that feeds none is told aloud: with the Service that it may be meant for,
 * or else that there is one.
 */
function strays({ cluster, taken, sources }: Planned): readonly Diagnostic[] {
  const found = findStrays(cluster, taken, sources).filter(isTold);
  const sorted = found.toSorted((a, b) => compareNames(a.object, b.object));
  const ofKind = (kind: Stray['kind'], isBeside: boolean): readonly GroupSubject[] =>
    sorted
      .filter((each) => each.kind === kind && each.meant === undefined)
      .filter(({ isBesideStarving }) => isBesideStarving === isBeside)
      .map(pointAtName);
  return [
    ...sorted.flatMap((stray) => (stray.meant === undefined ? [] : [meantFor(stray, stray.meant)])),
    ...kinds.flatMap(([kind, noun]) => [
      ...grouped('NATC3041', 'warning', ofKind(kind, true), {
        noun,
        says: [
          'is not used: its Service is not in the input, and beside it is a Service without endpoints',
          'are not used: their Services are not in the input, and beside them are Services without endpoints',
        ],
        hint: 'is the name of the Service right? natc list shows which ones have no endpoints',
      }),
      ...grouped('NATC3009', 'note', ofKind(kind, false), { noun, says: ownerless }),
    ]),
  ];
}

const kinds = [
  ['EndpointSlice', endpointSlices],
  ['Endpoints', endpointsObjects],
] as const;

/** What names no Service has been told by the model stage; objects that nobody is to mirror are meant for none. */
const isTold = ({ object, names }: Stray): boolean =>
  names !== undefined && !('subsets' in object && isNeverMirrored(object));

function meantFor(stray: Stray, meant: Meant): Diagnostic {
  const { kind, object, names = '' } = stray;
  const { service } = meant;
  return {
    code: 'NATC3041',
    severity: 'warning',
    message: `${kind} ${serviceKey(object.namespace, object.name)} is for Service ${serviceKey(object.namespace, names)}, which is not in the input, and Service ${serviceKey(service.namespace, service.name)} has no endpoints`,
    places: [
      pointAtName(stray).place,
      { ...subject(service).place, note: 'has no endpoints' } as Place,
    ],
    hint: strayAdvice(stray, meant),
  };
}

function pointAtName({ kind, object, names }: Stray): GroupSubject {
  const path =
    kind === 'Endpoints' || names === undefined
      ? ['metadata', 'name']
      : ['metadata', 'labels', 'kubernetes.io/service-name'];
  return subject(object, path);
}

/** Since 1.36 such labels are for slices of headless Services; a Service with a cluster IP lacks these. */
function hiddenSlices({ cluster, taken, sources }: Planned): readonly Diagnostic[] {
  const served = new Map(taken.map((service) => [keyOf(service), service]));
  const hidden = inOrder(cluster.endpointSlices.filter((slice) => slice.headless));
  const of = (isAll: boolean): readonly GroupSubject[] =>
    hidden
      .filter((slice) => {
        const owner = served.get(serviceKey(slice.namespace, slice.serviceName ?? ''));
        return owner !== undefined && isStarving(sources, owner) === isAll;
      })
      .map((slice) => subject(slice, headlessLabelPath));
  const says: Wording['says'] = [
    'is hidden from proxies by a label',
    'are hidden from proxies by labels',
  ];
  return [
    ...grouped('NATC3042', 'warning', of(true), {
      noun: endpointSlices,
      says: [
        `${says[0]}, and its Service has no other`,
        `${says[1]}, and their Services have no others`,
      ],
      hint: 'remove the label service.kubernetes.io/headless from slices of Services with a cluster IP',
    }),
    ...grouped('NATC3010', 'note', of(false), { noun: endpointSlices, says }),
  ];
}

const ownerless: Wording['says'] = [
  'is not used: its Service is not in the input',
  'are not used: their Services are not in the input',
];

const inOrder = <T extends Named>(objects: readonly T[]): readonly T[] =>
  objects.toSorted(compareNames);

interface Named {
  readonly namespace: string;
  readonly name: string;
}

const compareNames = (a: Named, b: Named): number =>
  compareBytes(a.namespace, b.namespace) || compareBytes(a.name, b.name);

const keyOf = ({ namespace, name }: { namespace: string; name: string }): string =>
  serviceKey(namespace, name);
