import type { SourceObject } from '../../diagnostics/source.ts';
import type { CompileOptions } from '../../options.ts';
import type { ReadEndpointSlice } from '../endpoint-slice.ts';
import type { ReadEndpoints } from '../endpoints.ts';
import type { Report } from '../report.ts';
import type { ReadService } from '../service.ts';

/** A rule that spans several fields of one object. It reports; it changes nothing. */
export type FieldCheck<T> = (read: T, options: CompileOptions) => void;

export type ServiceCheck = FieldCheck<ReadService>;
export type EndpointSliceCheck = FieldCheck<ReadEndpointSlice>;
export type EndpointsCheck = FieldCheck<ReadEndpoints>;

/** A rule that spans several Services, which come sorted by age, then namespace and name (ND11). */
export type ServicesCheck = FieldCheck<readonly ReadService[]>;

/** A rule that looks at every object as it was given. */
export type ObjectsCheck = (objects: readonly SourceObject[], report: Report) => void;
