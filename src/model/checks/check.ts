import type { SourceObject } from '../../diagnostics/source.ts';
import type { CompileOptions } from '../../options.ts';
import type { ReadEndpointSlice } from '../endpoint-slice.ts';
import type { ReadEndpoints } from '../endpoints.ts';
import type { Report } from '../report.ts';
import type { ReadService } from '../service.ts';

/** A rule that spans several fields of one object. It reports; it changes nothing. */
export type Check<T> = (read: T, options: CompileOptions) => void;

export type ServiceCheck = Check<ReadService>;
export type EndpointSliceCheck = Check<ReadEndpointSlice>;
export type EndpointsCheck = Check<ReadEndpoints>;

/** A rule that spans several Services, which come sorted by age, then namespace and name (ND11). */
export type ServicesCheck = Check<readonly ReadService[]>;

/** A rule that looks at every object as it was given. */
export type ObjectsCheck = (objects: readonly SourceObject[], report: Report) => void;
