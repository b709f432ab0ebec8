import { isDeepStrictEqual } from 'node:util';
import { isMapping } from '../../diagnostics/mapping.ts';
import type { FlowChange, FlowService } from '../../plan/flows.ts';
import { sortedUnique } from '../../plan/order.ts';
import { readState, writeState } from './state-file.ts';
import { isListOf } from './state-shape.ts';
import { isFlowService } from './stored-flow-services.ts';

/*
 * What natc served by UDP and SCTP, in the state directory: for both backends, so that connections are
 * looked through also when one replaces the other. It is written before the kernel changes, with what was
 * served and what will be, and again when no stale connection is left: an apply that was cut short leaves
 * behind what the next one has to look for.
 */

const flowsFile = 'flows.json';

/** Changes with the shape of the file; others are ignored. */
const format = 1;

/** 20,000 Services with ten endpoints each. */
const largest = 64 * 1024 * 1024;

/**
 * What has to be looked for in the connection table.
 *
 * @param known what else tells what was served, where the file is missing
 * @returns undefined when nothing changed since it was last looked through
 */
export async function flowChange(
  directory: string,
  after: readonly FlowService[],
  known: readonly FlowService[],
): Promise<FlowChange | undefined> {
  const before = await readState(directory, flowsFile, flowsIn, largest);
  if (before === undefined) return { before: known, after };
  return isDeepStrictEqual(before, after) ? undefined : { before, after };
}

/** Before the kernel changes. @throws the system's error */
export const announceFlows = (directory: string, { before, after }: FlowChange): Promise<void> =>
  store(directory, [...after, ...destinationsAlone(before)]);

/** Of what is over only the destinations count; those of one name are put together, so that they stay few. */
function destinationsAlone(services: readonly FlowService[]): readonly FlowService[] {
  const byName = new Map<string, FlowService>();
  for (const service of services) {
    const key = `${service.family} ${service.protocol} ${service.name}`;
    const known = byName.get(key);
    byName.set(key, {
      ...service,
      addresses: sortedUnique([...(known?.addresses ?? []), ...service.addresses]),
      nodePorts: [...new Set([...(known?.nodePorts ?? []), ...service.nodePorts])],
      serving: [],
    });
  }
  return [...byName.values()];
}

/** After no stale connection is left. @throws the system's error */
export const settleFlows = (directory: string, { after }: FlowChange): Promise<void> =>
  store(directory, after);

const store = (directory: string, services: readonly FlowService[]): Promise<void> =>
  writeState(directory, flowsFile, `${JSON.stringify({ format, services })}\n`, { sync: false });

const flowsIn = (json: unknown): readonly FlowService[] | undefined =>
  isMapping(json) && json['format'] === format && isListOf(json['services'], isFlowService)
    ? json['services']
    : undefined;
