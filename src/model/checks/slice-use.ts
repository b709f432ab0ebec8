import { at } from '../fields.ts';
import type { EndpointSliceCheck } from './check.ts';

/** E1, E2: says which EndpointSlices are not used, and why. */
export const sliceUse: EndpointSliceCheck = ({ slice, root }) => {
  const name = `EndpointSlice ${slice.namespace}/${slice.name}`;
  if (slice.serviceName === undefined || slice.serviceName === '') {
    root.report.warn(at(root, 'metadata', 'labels'), {
      code: 'NATC2052',
      message: `${name} has no label kubernetes.io/service-name: it belongs to no Service and is not used`,
      hint: 'set the label to the name of its Service',
    });
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
