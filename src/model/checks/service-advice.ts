import { at, atKey, isGiven, rawField } from '../fields.ts';
import { labelValue, rawMapping } from '../labels.ts';
import type { ReadService } from '../service.ts';
import type { ServiceCheck } from './check.ts';

/** What the API server takes, and warns of: fields without effect. */
export const serviceAdvice: ServiceCheck = (read) => {
  const { service, spec } = read;
  if (service.type === 'ExternalName' && isGiven(spec, 'externalIPs'))
    adviseOf(read, 'externalIPs', 'a Service of type ExternalName');
  if (!isHeadless(read)) return;
  for (const key of ['externalIPs', 'loadBalancerIP'])
    if (isGiven(spec, key)) adviseOf(read, key, 'a headless Service');
  if (service.sessionAffinity !== undefined)
    adviseOf(read, 'sessionAffinity', 'a headless Service');
};

/** As the API server means it where it gives warnings. */
export const isHeadless = ({ service, spec }: ReadService): boolean =>
  service.type === 'ClusterIP' && rawField(spec, 'clusterIP') === 'None';

function adviseOf({ spec }: ReadService, key: string, without: string): void {
  spec.report.advise(atKey(spec, key), {
    code: 'NATC2120',
    message: `${key} has no effect on ${without}`,
    hint: 'remove it',
  });
}

const hintsKey = 'service.kubernetes.io/topology-aware-hints';
const modeKey = 'service.kubernetes.io/topology-mode';

/** Two names of one annotation, which say the same where both are given; no proxy reads them (F12). */
export const topologyAnnotations: ServiceCheck = ({ root }) => {
  const metadata = rawMapping(root, 'metadata');
  const annotations = metadata && rawMapping(metadata, 'annotations');
  const hints = labelValue(annotations, hintsKey);
  const mode = labelValue(annotations, modeKey);
  if (annotations === undefined || hints === undefined || mode === undefined) return;
  if (mode === hints) return;
  root.report.refuse(at(annotations, modeKey), {
    code: 'NATC2122',
    message: `annotations ${modeKey} and ${hintsKey} must have the same value`,
    hint: `remove ${hintsKey}`,
    also: [at(annotations, hintsKey)],
  });
};
