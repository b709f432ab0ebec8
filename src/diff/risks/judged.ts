import type { Aspect } from '../aspects.ts';
import type { ClientResult } from '../compared-destination.ts';
import type { Destination } from '../destination.ts';
import type { DestinationFacts } from '../destination-index.ts';
import type { SideFacts } from './facts.ts';
import type { RiskCode } from './table.ts';

/** What one kind of clients sees at one destination of a Service, and what is known of it. */
export interface Judged {
  readonly aspect: Aspect;
  readonly destination: Destination;
  /** The Service's name. */
  readonly service: string;
  /** What those clients met that see it; and what all did. */
  readonly seenBy: readonly ClientResult[];
  readonly all: readonly ClientResult[];
  /** What the rulesets hold for the destination; undefined where they do not know it. */
  readonly before: DestinationFacts | undefined;
  readonly after: DestinationFacts | undefined;
  readonly facts: { readonly before: SideFacts; readonly after: SideFacts };
  /** Of any node, as far as they are known. */
  readonly nodes: ReadonlySet<string>;
  /** Services that have a destination on the new side. */
  readonly remaining: ReadonlySet<string | undefined>;
}

/** What a judge finds, in words that follow the destination's label. */
export interface Finding {
  readonly code: RiskCode;
  readonly text: string;
}
