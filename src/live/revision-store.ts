import { hash } from 'node:crypto';
import type { FlowService } from '../plan/flows.ts';
import type { CanonicalRuleset, CanonicalTable } from '../ruleset/canonical.ts';
import { tableFromJson, tableToJson } from '../ruleset/canonical-json.ts';
import { halfOf, halfOfJson, joinHalves } from '../ruleset/digest.ts';
import { noSteps, type OnStep } from './apply-step.ts';
import {
  largestPacked,
  lineFeed,
  packChanges,
  packWhole,
  unpackChanges,
  unpackHead,
  unpackWhole,
} from './packed-text.ts';
import type { Revision } from './revision.ts';
import {
  hasState,
  listState,
  readStateBytes,
  readStateHead,
  removeAbandoned,
  removeState,
  writeState,
} from './state-file.ts';
import { isCount, isDigest, isRecord, isTime } from './state-shape.ts';
import { flowServicesIn } from './stored-flow-services.ts';

/**
 * What the kernel was given, by revision, in the state directory: a file per revision, written before
 * the kernel gets it, so that whichever revision the kernel's stamp names has its file. A file that is
 * missing or cannot be read only costs time: the kernel is listed instead.
 *
 * A revision that differs little from one that is kept whole is kept as what differs from it. A whole
 * one stays whole as long as it is there, so nothing ever depends on what depends on something else.
 */
export interface StoredRevision {
  readonly revision: Revision;
  readonly ruleset: CanonicalRuleset;
  /** For conntrack (C1 to C9). */
  readonly flowServices: readonly FlowService[];
}

/** A revision that was read, and the whole one that the next can be kept as a change of. */
export interface LoadedRevision extends StoredRevision {
  readonly whole: { readonly digest: string; readonly text: Buffer };
}

/** Revisions kept for `natc rollback`. */
const keptRevisions = 5;

/** Changes with the shape of the files; others are ignored. */
const format = 4;

export const revisionFile = (digest: string): string => `revision-${digest}.gz`;

const filePattern = /^revision-([0-9a-f]{32})\.gz$/;

/** What the first line of a file says. */
interface Head {
  readonly revision: Revision;
  /** SHA-256 of the UDP Services' line; the tables are held to the digest. */
  readonly udp: string;
  /** The digest of the whole revision that the file tells the differences from. */
  readonly base?: string | undefined;
}

/**
 * Writes the file of a revision.
 *
 * @param near a revision that probably differs little
 * @throws the system's error when the directory cannot be written
 */
export async function storeRevision(
  directory: string,
  { revision, ruleset, flowServices }: StoredRevision,
  near: LoadedRevision | undefined,
  onStep: OnStep = noSteps,
): Promise<void> {
  const name = revisionFile(revision.digest);
  const udp = JSON.stringify(flowServices);
  const text = Buffer.from([udp, ...ruleset.tables.map(tableToJson)].join('\n'));
  const head = { format, revision, udp: hash('sha256', udp) };
  const base = near?.whole;
  const mayDiffer = base !== undefined && !(await isWhole(directory, revision.digest));
  const changes = mayDiffer
    ? packChanges({ ...head, base: base.digest }, base.text, text)
    : undefined;
  const packed = changes ?? packWhole(head, text);
  await writeState(directory, name, packed, { beforeRename: () => onStep('state-written') });
  onStep('state-renamed');
}

async function isWhole(directory: string, digest: string): Promise<boolean> {
  const head = await readHead(directory, digest);
  return head !== undefined && head.base === undefined;
}

/** Whether there is a file for this digest, readable or not. */
export const hasRevision = (directory: string, digest: string): Promise<boolean> =>
  hasState(directory, revisionFile(digest));

/** The stored revision of this digest; undefined when it is not there, unreadable or of another format. */
export async function loadRevision(
  directory: string,
  digest: string,
): Promise<LoadedRevision | undefined> {
  try {
    const found = await readText(directory, digest);
    if (found === undefined) return undefined;
    const { head, text, whole } = found;
    const [udp, ...tables] = linesOf(text);
    if (udp === undefined || hash('sha256', udp) !== head.udp) return undefined;
    const flowServices = flowServicesIn(JSON.parse(udp.toString()));
    const ruleset = rulesetIn(tables, digest);
    if (flowServices === undefined || ruleset === undefined) return undefined;
    return { revision: head.revision, flowServices, ruleset, whole };
  } catch {
    return undefined;
  }
}

interface FoundText {
  readonly head: Head;
  readonly text: Buffer;
  readonly whole: LoadedRevision['whole'];
}

/** @throws for a file that is damaged */
async function readText(directory: string, digest: string): Promise<FoundText | undefined> {
  const packed = await readStateBytes(directory, revisionFile(digest), largestPacked);
  const head = packed === undefined ? undefined : headIn(unpackHead(packed.subarray(0, headSize)));
  if (packed === undefined || head?.revision.digest !== digest) return undefined;
  if (head.base === undefined) {
    const text = unpackWhole(packed);
    return { head, text, whole: { digest, text } };
  }
  const base = await readBase(directory, head.base);
  const text = base === undefined ? undefined : unpackChanges(packed, base);
  return base === undefined || text === undefined
    ? undefined
    : { head, text, whole: { digest: head.base, text: base } };
}

async function readBase(directory: string, digest: string): Promise<Buffer | undefined> {
  const packed = await readStateBytes(directory, revisionFile(digest), largestPacked);
  if (packed === undefined) return undefined;
  const head = headIn(unpackHead(packed.subarray(0, headSize)));
  return head === undefined || head.base !== undefined ? undefined : unpackWhole(packed);
}

function linesOf(text: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf(lineFeed, start);
    const end = found < 0 ? text.length : found;
    lines.push(text.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/** The tables, if they are those that the digest stands for: it is the one in the kernel's stamps. */
function rulesetIn(lines: readonly Buffer[], digest: string): CanonicalRuleset | undefined {
  const tables: CanonicalTable[] = [];
  const halves: { ip?: string; ip6?: string } = {};
  for (const line of lines) {
    const table = tableFromJson(line.toString());
    if (table === undefined || halves[table.family] !== undefined) return undefined;
    halves[table.family] = halfOfJson(line);
    if (halves[table.family] !== halfOf(digest, table.family)) return undefined;
    tables.push(table);
  }
  return joinHalves(halves.ip, halves.ip6) === digest ? { tables } : undefined;
}

function headIn(json: unknown): Head | undefined {
  if (!isRecord(json) || json['format'] !== format || !isRecord(json['revision'])) return undefined;
  const { udp, base } = json;
  const { number, digest, time } = json['revision'];
  const isWhole =
    typeof udp === 'string' &&
    (base === undefined || isDigest(base)) &&
    isCount(number) &&
    isDigest(digest) &&
    isTime(time);
  return isWhole ? { revision: { number, digest, time }, udp, base } : undefined;
}

/** The stored revisions, newest first. */
export const listRevisions = async (directory: string): Promise<readonly Revision[]> =>
  // What is only kept because others are changes of it is no revision to go back to.
  (await listHeads(directory)).slice(0, keptRevisions).map(({ revision }) => revision);

async function listHeads(directory: string): Promise<readonly Head[]> {
  const heads: Head[] = [];
  for (const name of await listState(directory)) {
    const digest = filePattern.exec(name)?.[1];
    const head = digest === undefined ? undefined : await readHead(directory, digest);
    if (head !== undefined && head.revision.digest === digest) heads.push(head);
  }
  return heads.sort((a, b) => b.revision.number - a.revision.number);
}

/** More than the first line of a file has, packed. */
const headSize = 1024;

/** Reads no more than the head: the files of large rulesets have megabytes. */
async function readHead(directory: string, digest: string): Promise<Head | undefined> {
  const beginning = await readStateHead(directory, revisionFile(digest), headSize);
  try {
    return beginning === undefined ? undefined : headIn(unpackHead(beginning));
  } catch {
    return undefined;
  }
}

/**
 * Removes all but the newest revisions and what those are kept as changes of, files of older formats,
 * and what a killed process left half-written.
 */
export async function pruneRevisions(directory: string): Promise<void> {
  const kept = new Set(
    (await listHeads(directory))
      .slice(0, keptRevisions)
      .flatMap(({ revision, base }) => [revision.digest, base ?? revision.digest])
      .map(revisionFile),
  );
  for (const name of await listState(directory))
    if (/^revision-[0-9a-f]{32}\.(?:gz|json)$/.test(name) && !kept.has(name))
      await removeState(directory, name);
  await removeAbandoned(directory, Date.now());
}
