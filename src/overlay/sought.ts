import type { SourceObject } from '../diagnostics/source.ts';

/** A Service whose endpoints the control plane would look for again. */
export interface Sought {
  /** `namespace/name` */
  readonly service: string;
  /** As the cluster holds it; undefined: it is new. */
  readonly before: SourceObject | undefined;
  /** As it will be. */
  readonly after: SourceObject;
  /** Those of the cluster that the control plane writes. */
  readonly slices: readonly SourceObject[];
}
