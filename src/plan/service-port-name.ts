/** One entry of `spec.ports` of one Service, by name. */
export interface ServicePortName {
  /** `namespace/name` */
  readonly service: string;
  /** '' when unnamed. */
  readonly portName: string;
}

/** `namespace/name:port`, or `namespace/name` for an unnamed port (S7). */
export const servicePortText = ({ service, portName }: ServicePortName): string =>
  portName === '' ? service : `${service}:${portName}`;
