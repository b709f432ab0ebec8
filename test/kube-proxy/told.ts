import type { Change } from '../../src/diff/change.ts';
import { sentenceOf, subjectOf } from '../../src/diff/wording.ts';
import type { Flow } from '../support/cases.ts';

/** Changes as people read them, with a packet that shows each. */
export const describeChanges = (changes: readonly Change[]): readonly string[] =>
  changes.map((change) => {
    const { packet } = change.witness;
    const { source, destination, destinationPort, protocol, inInterface } = packet;
    const shown = `${source} > ${destination} ${destinationPort}/${protocol} ${inInterface}`;
    return `${change.service}: ${subjectOf(change)} ${sentenceOf(change)} [${shown}]`;
  });

/** Whether a case says of a flow what natc does by a decision of its own (docs/compatibility.md). */
export const isMeantFlow = ({ name, to }: Flow): boolean =>
  // ND2, ND3
  to.startsWith('127.') || name.includes('endpoint without nodeName to itself');
