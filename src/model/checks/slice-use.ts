import { didYouMean } from '../../diagnostics/did-you-mean.ts';
import { at, atKey, type Fields } from '../fields.ts';
import { rawMapping } from '../labels.ts';
import type { EndpointSliceCheck } from './check.ts';

const ownerLabel = 'kubernetes.io/service-name';

/** A label that is perhaps meant to be the one that names the Service. */
function similarLabel(root: Fields): string | undefined {
  const metadata = rawMapping(root, 'metadata');
  const labels = metadata && rawMapping(metadata, 'labels');
  return Object.keys(labels?.record ?? {}).find(
    (key) =>
      key !== ownerLabel &&
      (didYouMean(key, [ownerLabel]) !== undefined ||
        /(?:^|[./])service-?name$|^kubernetes\.io\/service$/i.test(key)),
  );
}

/** E1, E2: says which EndpointSlices are not used, and why. */
export const sliceUse: EndpointSliceCheck = ({ slice, root }) => {
  const name = `EndpointSlice ${slice.namespace}/${slice.name}`;
  if (slice.serviceName === undefined || slice.serviceName === '') {
    const similar = similarLabel(root);
    const labels = ['metadata', 'labels'];
    root.report.warn(
      similar === undefined ? at(root, ...labels) : atKey(root, ...labels, similar),
      {
        code: 'NATC2052',
        message: `${name} has no label ${ownerLabel}: it belongs to no Service and is not used`,
        hint:
          similar === undefined
            ? 'set the label to the name of its Service'
            : `did you mean ${ownerLabel} where it says ${similar}?`,
      },
    );
  }
  if (slice.addressType === 'FQDN') {
    const problem = {
      code: 'NATC2053',
      message: `${name} lists host names (addressType FQDN): it is not used`,
      hint: 'the API server takes such slices, and calls them deprecated',
    } as const;
    if (root.report.isLenient) root.report.note(at(root, 'addressType'), problem);
    else root.report.warn(at(root, 'addressType'), problem);
  }
};
