import { saidOf } from '../../diagnostics/group.ts';
import { isMapping } from '../../diagnostics/mapping.ts';
import type { Place } from '../../diagnostics/place.ts';
import type { SourceObject } from '../../diagnostics/source.ts';
import { betaVersion } from '../endpoint-slice.ts';
import { at, atKey, isGiven, rawField } from '../fields.ts';
import { labelValue, rawMapping } from '../labels.ts';
import { compareText } from '../object-order.ts';
import type { Problem, Report } from '../report.ts';
import type { ReadService } from '../service.ts';
import type { ObjectsCheck, ServicesCheck } from './check.ts';
import { isHeadless } from './service-advice.ts';

const hintsKey = 'service.kubernetes.io/topology-aware-hints';

/** Tells once of all objects whose API is deprecated, and of those whose API is gone. */
export const deprecatedVersions: ObjectsCheck = (objects, report) => {
  const ofVersion = (isMeant: (object: (typeof objects)[number]) => boolean): readonly Place[] =>
    objects
      .filter(isMeant)
      .map((object) => ({ object, name: nameOf(object) }))
      // Which few are pointed at does not depend on the order of the input.
      .sort((a, b) => compareText(a.name, b.name))
      .map(({ object }) => ({ kind: 'field', object, path: ['apiVersion'] }) as const);
  sayOnce(
    report.advise,
    ofVersion(({ kind }) => kind === 'Endpoints'),
    {
      code: 'NATC2121',
      message: 'Endpoints are deprecated since Kubernetes 1.33',
      hint: 'write EndpointSlices (discovery.k8s.io/v1)',
    },
  );
  sayOnce(
    report.warn,
    ofVersion(({ apiVersion }) => apiVersion === betaVersion),
    {
      code: 'NATC2116',
      message: `${betaVersion} is gone since Kubernetes 1.25: natc reads it, an API server does not`,
      hint: 'write apiVersion discovery.k8s.io/v1, and nodeName and zone instead of topology',
    },
  );
};

function nameOf({ value }: SourceObject): string {
  const metadata = value['metadata'];
  if (!isMapping(metadata)) return '';
  const { namespace, name } = metadata;
  return [namespace, name].map((text) => (typeof text === 'string' ? text : '')).join('/');
}

/** Tells once of each field of Services that is to go. */
export const deprecatedFields: ServicesCheck = (services) => {
  const [first] = services;
  if (first === undefined) return;
  const { advise } = first.root.report;
  sayOnce(advise, services.flatMap(servedExternalIPs), {
    code: 'NATC2121',
    message: 'externalIPs are deprecated: some clusters may not serve them any more',
    hint: 'use a Service of type LoadBalancer, or a Gateway',
  });
  sayOnce(advise, services.flatMap(preferClose), {
    code: 'NATC2121',
    message: 'trafficDistribution PreferClose is deprecated',
    hint: 'write PreferSameZone, which means the same',
  });
  sayOnce(advise, services.flatMap(topologyHints), {
    code: 'NATC2121',
    message: `annotation ${hintsKey} is deprecated`,
    hint: 'use service.kubernetes.io/topology-mode',
  });
};

/** One message for any number of objects, of which the first few are pointed at. */
function sayOnce(say: Report['advise'], places: readonly Place[], problem: Problem): void {
  if (places.length === 0) return;
  const subjects = places.map((place) => ({ name: '', place }));
  const {
    message,
    places: first,
    group,
  } = saidOf({ subjects, words: { message: problem.message } });
  const [place, ...also] = first;
  if (place !== undefined) say(place, { ...problem, message, also, ...(group && { group }) });
}

function servedExternalIPs(read: ReadService): readonly Place[] {
  const { service, spec } = read;
  const isServed = service.type !== 'ExternalName' && !isHeadless(read);
  return isServed && isGiven(spec, 'externalIPs') ? [atKey(spec, 'externalIPs')] : [];
}

const preferClose = ({ spec }: ReadService): readonly Place[] =>
  rawField(spec, 'trafficDistribution') === 'PreferClose' ? [at(spec, 'trafficDistribution')] : [];

function topologyHints({ root }: ReadService): readonly Place[] {
  const metadata = rawMapping(root, 'metadata');
  const annotations = metadata && rawMapping(metadata, 'annotations');
  if (annotations === undefined || labelValue(annotations, hintsKey) === undefined) return [];
  return [atKey(annotations, hintsKey)];
}
