import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Service } from '../../model/cluster.ts';
import { endpointSourceOf, serviceKey } from '../endpoint-sources.ts';
import { exceedsMirrorLimit, mirroredAddressLimit } from '../mirror.ts';
import { endpointsObjects, type GroupSubject, grouped, subject } from './grouped.ts';
import type { Check, Planned } from './planned.ts';

/** E3: what becomes of Endpoints objects. */
export const endpointsUse: Check = (planned) =>
  planned.sources.endpoints.size === 0
    ? []
    : [
        ...slicesWin(planned),
        ...selectorWithoutSlices(planned),
        ...neverMirrored(planned),
        ...tooManyAddresses(planned),
      ];

const subjectsOf = (
  { taken }: Planned,
  select: (service: Service) => GroupSubject | undefined,
): readonly GroupSubject[] => taken.map(select).filter((each) => each !== undefined);

function slicesWin(planned: Planned): readonly Diagnostic[] {
  const { sources } = planned;
  const subjects = subjectsOf(planned, (service) => {
    const key = serviceKey(service.namespace, service.name);
    const endpoints = sources.endpoints.get(key);
    return endpoints !== undefined && sources.slices.has(key) ? subject(endpoints) : undefined;
  });
  return grouped('NATC3002', 'note', subjects, {
    noun: endpointsObjects,
    says: ['is not read: EndpointSlices win', 'are not read: EndpointSlices win'],
  });
}

function selectorWithoutSlices(planned: Planned): readonly Diagnostic[] {
  const subjects = subjectsOf(planned, (service) => {
    const source = endpointSourceOf(planned.sources, service);
    return source.kind === 'unmirrored' && source.because === 'selector'
      ? subject(source.endpoints)
      : undefined;
  });
  return grouped('NATC3003', 'warning', subjects, {
    noun: endpointsObjects,
    says: [
      'is not used: its Service has a selector, and the input has no EndpointSlice of it',
      'are not used: their Services have selectors, and the input has no EndpointSlices of them',
    ],
    hint: 'read the slices too: "kubectl get services,endpointslices"; only for a Service without selector do slices come from Endpoints',
  });
}

function neverMirrored(planned: Planned): readonly Diagnostic[] {
  const subjects = subjectsOf(planned, (service) => {
    const source = endpointSourceOf(planned.sources, service);
    if (source.kind === 'unmirrored' && source.because === 'annotated') {
      return subject(source.endpoints);
    }
    return source.kind === 'mirror' && source.endpoints.headless
      ? subject(source.endpoints)
      : undefined;
  });
  return grouped('NATC3004', 'warning', subjects, {
    noun: endpointsObjects,
    says: [
      'is not used because of a label or annotation, and its Service has no EndpointSlice in the input',
      'are not used because of labels or annotations, and their Services have no EndpointSlices in the input',
    ],
    hint: 'read the slices too: "kubectl get services,endpointslices"; from such an object no slice is made',
  });
}

function tooManyAddresses(planned: Planned): readonly Diagnostic[] {
  const subjects = subjectsOf(planned, (service) => {
    const source = endpointSourceOf(planned.sources, service);
    if (source.kind !== 'mirror') return undefined;
    const subset = source.endpoints.subsets.find(exceedsMirrorLimit);
    return subset && subject(source.endpoints, ['subsets', subset.index]);
  });
  return grouped('NATC3005', 'warning', subjects, {
    noun: endpointsObjects,
    says: [
      `has a subset of more than ${mirroredAddressLimit} addresses: the rest is not used`,
      `have subsets of more than ${mirroredAddressLimit} addresses: the rest is not used`,
    ],
    hint: 'write EndpointSlices instead, at most 1000 endpoints in each',
  });
}
