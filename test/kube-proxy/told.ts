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

/**
 * Whether the iptables mode may do something else than a case says, which is what the nftables mode does: it
 * leaves ports of a cluster IP that nobody serves alone (K1, K2), and so do rules of OUTPUT external addresses
 * without endpoints (I9); it asks for endpoints before source ranges, and refuses node ports at all addresses (ND6).
 * Where exactly that may be, the comparison with natc's rules knows.
 */
export const isOfIptablesMode = (outcome: unknown, expected: unknown): boolean =>
  (outcome === 'pass' && (expected === 'reject' || expected === 'drop')) ||
  (outcome === 'reject' && expected === 'drop') ||
  ((outcome === 'drop' || outcome === 'reject') && expected === 'pass');
