/**
 * Which of two Services may keep what both claim (ND11): the older one. Its age is the API server's to
 * say; a name, an order in a file and the like anybody can choose.
 */
import { isMapping } from '../diagnostics/mapping.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { compareObjects } from './object-order.ts';

/** A Service as far as its claims go. */
export interface Claimant {
  readonly namespace: string;
  readonly name: string;
  readonly object: SourceObject;
  /** `metadata.creationTimestamp` in milliseconds since 1970; undefined when missing or unreadable. */
  readonly createdAt: number | undefined;
}

const pattern =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** What Go's JSON has for a time that was never set. */
const zeroTime = '0001-01-01T00:00:00Z';

/**
 * Reads an RFC 3339 time as Kubernetes writes it.
 *
 * @returns milliseconds since 1970; undefined for anything else.
 */
export function readTimestamp(value: unknown): number | undefined {
  if (typeof value !== 'string' || value === zeroTime) return undefined;
  // Each object's is asked for twice in a row: to check the field, and to take it.
  if (lastRead?.text !== value) lastRead = { text: value, time: parseTimestamp(value) };
  return lastRead.time;
}

let lastRead: { readonly text: string; readonly time: number | undefined } | undefined;

function parseTimestamp(value: string): number | undefined {
  if (!pattern.test(value)) return undefined;
  // Date.parse would make 2 March of 30 February.
  const day = Number(value.slice(8, 10));
  if (day > 28 && day > daysIn(Number(value.slice(0, 4)), Number(value.slice(5, 7))))
    return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

/** Older ones first; a Service of unknown age is younger than any other. */
export function compareAge(a: Pick<Claimant, 'createdAt'>, b: Pick<Claimant, 'createdAt'>): number {
  const [first, second] = [a.createdAt ?? Infinity, b.createdAt ?? Infinity];
  return first === second ? 0 : first < second ? -1 : 1;
}

/** By age, then by namespace and name. */
export const compareSeniority = (a: Claimant, b: Claimant): number =>
  compareAge(a, b) || compareObjects(a, b);

/** Why the first of two goes before the other. */
export function seniorityReason(winner: Claimant, loser: Claimant): string {
  if (winner.createdAt === undefined) {
    return 'it is first by name, and neither says when it was created';
  }
  const created = `created ${creationText(winner)}`;
  if (loser.createdAt === undefined) {
    return `it is older: ${created}, and the other does not say when`;
  }
  return winner.createdAt === loser.createdAt
    ? `it is first by name, and both were ${created}`
    : `it is older: ${created}, the other ${creationText(loser)}`;
}

/** As it stands in the object; nothing but a time was read from it. */
function creationText({ object: { value } }: Claimant): string {
  const metadata = value['metadata'];
  return isMapping(metadata) ? String(metadata['creationTimestamp']) : '';
}
