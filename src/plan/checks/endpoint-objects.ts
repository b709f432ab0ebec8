import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Service } from '../../model/cluster.ts';
import { endpointSourceOf, isVisible, serviceKey } from '../endpoint-sources.ts';
import { exceedsMirrorLimit, mirroredAddressLimit } from '../mirror.ts';
import { counted, grouped, isAre, type Subject, subject } from './grouped.ts';
import type { Check, Planned } from './planned.ts';

/** E3: what becomes of Endpoints objects. */
export const endpointsObjects: Check = (planned) =>
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
  select: (service: Service) => Subject | undefined,
): readonly Subject[] => taken.map(select).filter((each) => each !== undefined);

function slicesWin(planned: Planned): readonly Diagnostic[] {
  const { sources } = planned;
  const subjects = subjectsOf(planned, (service) => {
    const key = serviceKey(service.namespace, service.name);
    const endpoints = sources.endpoints.get(key);
    return endpoints !== undefined && sources.slices.has(key) ? subject(endpoints) : undefined;
  });
  return grouped(
    'NATC3002',
    'note',
    subjects,
    (count, names) =>
      `${counted(count, 'Endpoints object')} not read, EndpointSlices win: ${names}`,
  );
}

function selectorWithoutSlices(planned: Planned): readonly Diagnostic[] {
  const subjects = subjectsOf(planned, (service) => {
    const source = endpointSourceOf(planned.sources, service);
    return source.kind === 'unmirrored' && source.because === 'selector'
      ? subject(source.endpoints)
      : undefined;
  });
  return grouped(
    'NATC3003',
    'warning',
    subjects,
    (count, names) =>
      `Endpoints of ${counted(count, 'Service')} with a selector ${isAre(count)} not used, and there is no EndpointSlice: ${names}`,
    'read the slices too: `kubectl get services,endpointslices`; only Endpoints of Services without selector are mirrored into slices',
  );
}

function neverMirrored(planned: Planned): readonly Diagnostic[] {
  const subjects = subjectsOf(planned, (service) => {
    const source = endpointSourceOf(planned.sources, service);
    if (source.kind === 'unmirrored' && source.because === 'annotated') {
      return subject(source.endpoints);
    }
    return source.kind === 'mirror' && !isVisible(source.endpoints.labels, planned.settings)
      ? subject(source.endpoints)
      : undefined;
  });
  return grouped(
    'NATC3004',
    'note',
    subjects,
    (count, names) =>
      `${counted(count, 'Endpoints object')} not used because of a label or annotation: ${names}`,
  );
}

function tooManyAddresses(planned: Planned): readonly Diagnostic[] {
  const subjects = subjectsOf(planned, (service) => {
    const source = endpointSourceOf(planned.sources, service);
    if (source.kind !== 'mirror') return undefined;
    const subset = source.endpoints.subsets.find(exceedsMirrorLimit);
    return subset && subject(source.endpoints, ['subsets', subset.index]);
  });
  return grouped(
    'NATC3005',
    'warning',
    subjects,
    (count, names) =>
      `only the first ${mirroredAddressLimit} addresses of a subset are mirrored, and ${counted(count, 'Endpoints object')} ${count === 1 ? 'has' : 'have'} more: ${names}`,
    'write EndpointSlices instead, at most 1000 endpoints in each',
  );
}
