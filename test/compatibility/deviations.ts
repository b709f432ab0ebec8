/** Where strict validation differs from the API server, on purpose. docs/validation.md lists them. */
export const deviations: readonly { readonly name: string; readonly reason: string }[] = [
  {
    name: 'eps-port-65536',
    reason:
      'the API server takes any number as the port of an EndpointSlice; natc refuses what no packet can carry, in words of its own (NATC2115)',
  },
  {
    name: 'eps-v1beta1',
    reason:
      'EndpointSlices of discovery.k8s.io/v1beta1 are read, with a warning (NATC2116): what clusters before 1.25 print can still be compiled',
  },
];
