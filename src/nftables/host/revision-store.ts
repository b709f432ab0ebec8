import { hash } from 'node:crypto';
import { isMapping } from '../../diagnostics/mapping.ts';
import { noSteps, type OnStep } from '../../host/change/apply-step.ts';
import {
  largestPacked,
  lineFeed,
  packWhole,
  unpackHead,
  unpackWhole,
} from '../../host/state/packed-text.ts';
import type { Revision } from '../../host/state/revision.ts';
import {
  hasState,
  listState,
  readStateBytes,
  readStateHead,
  removeAbandoned,
  removeState,
  writeState,
} from '../../host/state/state-file.ts';
import { isCount, isDigest, isLine, isListOf, isTime } from '../../host/state/state-shape.ts';
import { flowServicesIn } from '../../host/state/stored-flow-services.ts';
import type { FlowService } from '../../plan/flows.ts';
import { tableFromJson, tableToJson } from '../canonical/canonical-json.ts';
import {
  digestOf,
  type FragmentRecord,
  type WrittenRuleset,
  type WrittenTable,
} from '../canonical/written.ts';
import { isPack, keepFragments, loadFragments } from './fragment-store.ts';

/**
 * What the kernel was given, by revision, in the state directory: a file per revision, written before
 * the kernel gets it, so that whichever revision the kernel's stamp names has its file. It says what the
 * Services share, and where the fragment of each stands. A file that is missing or cannot be read only
 * costs time: the kernel is listed instead.
 */
export interface StoredRevision {
  readonly revision: Revision;
  readonly ruleset: WrittenRuleset;
  /** For conntrack (C1 to C9). */
  readonly flowServices: readonly FlowService[];
}

/** Revisions kept for `natc rollback`. */
const keptRevisions = 5;

/** Changes with the shape of the files; others are ignored. */
const format = 6;

export const revisionFile = (digest: string): string => `revision-${digest}.gz`;

const filePattern = /^revision-([0-9a-f]{32})\.gz$/;

/** What the first line of a file says. */
interface Head {
  readonly revision: Revision;
  /** SHA-256 of the rest. */
  readonly text: string;
  readonly packs: readonly string[];
}

/**
 * Writes the file of a revision, and the fragments that are new in it.
 *
 * @throws the system's error when the directory cannot be written
 */
export async function storeRevision(
  directory: string,
  { revision, ruleset, flowServices }: StoredRevision,
  onStep: OnStep = noSteps,
): Promise<void> {
  const records = ruleset.tables.flatMap(({ fragments }) => [...fragments.values()]);
  const { packs, places } = await keepFragments(directory, records);
  const tables = ruleset.tables.map(
    ({ shared, fragments }) =>
      `${JSON.stringify([...fragments.keys()].join(' '))}\n${tableToJson(shared)}`,
  );
  const text = Buffer.from([JSON.stringify(flowServices), places, ...tables].join('\n'));
  const head = { format, revision, text: hash('sha256', text), packs };
  await writeState(directory, revisionFile(revision.digest), packWhole(head, text), {
    beforeRename: () => onStep('state-written'),
  });
  onStep('state-renamed');
}

/** Whether there is a file for this digest, readable or not. */
export const hasRevision = (directory: string, digest: string): Promise<boolean> =>
  hasState(directory, revisionFile(digest));

/** The stored revision of this digest; undefined when it is not there, unreadable or of another format. */
export async function loadRevision(
  directory: string,
  digest: string,
): Promise<StoredRevision | undefined> {
  try {
    const packed = await readStateBytes(directory, revisionFile(digest), largestPacked);
    const head =
      packed === undefined ? undefined : headIn(unpackHead(packed.subarray(0, headSize)));
    if (packed === undefined || head?.revision.digest !== digest) return undefined;
    const text = unpackWhole(packed);
    if (hash('sha256', text) !== head.text) return undefined;
    const [flows, places, ...lines] = linesOf(text);
    const flowServices = flowServicesIn(JSON.parse(String(flows)));
    const records = await loadFragments(directory, { packs: head.packs, places: String(places) });
    const ruleset = records === undefined ? undefined : rulesetIn(lines, records);
    // The digest is the one in the kernel's stamps.
    if (flowServices === undefined || ruleset === undefined || digestOf(ruleset) !== digest)
      return undefined;
    return { revision: head.revision, flowServices, ruleset };
  } catch {
    return undefined;
  }
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

/** Two lines a table: the Services whose fragments are its next ones, and what they share. */
function rulesetIn(
  lines: readonly Buffer[],
  records: readonly FragmentRecord[],
): WrittenRuleset | undefined {
  const tables: WrittenTable[] = [];
  let next = 0;
  for (let i = 0; i < lines.length; i += 2) {
    const services: unknown = JSON.parse(String(lines[i]));
    const shared = tableFromJson(String(lines[i + 1]));
    if (!isLine(services) || shared === undefined) return undefined;
    const fragments = new Map<string, FragmentRecord>();
    for (const service of services === '' ? [] : services.split(' ')) {
      const record = records[next++];
      if (record === undefined) return undefined;
      fragments.set(service, record);
    }
    tables.push({ shared, fragments });
  }
  return next === records.length ? { tables } : undefined;
}

function headIn(json: unknown): Head | undefined {
  if (!isMapping(json) || json['format'] !== format || !isMapping(json['revision']))
    return undefined;
  const { text, packs } = json;
  const { number, digest, time } = json['revision'];
  const isWhole =
    typeof text === 'string' &&
    isListOf(packs, isPack) &&
    isCount(number) &&
    isDigest(digest) &&
    isTime(time);
  return isWhole ? { revision: { number, digest, time }, text, packs } : undefined;
}

/** The stored revisions, newest first. */
export const listRevisions = async (directory: string): Promise<readonly Revision[]> =>
  (await listHeads(directory)).map(({ revision }) => revision);

/** The packs that stored revisions need. */
export const packsOfRevisions = async (directory: string): Promise<readonly string[]> =>
  (await listHeads(directory)).flatMap(({ packs }) => packs);

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
 * Removes all but the newest revisions, files of older formats, and what a killed process left
 * half-written.
 */
export async function pruneRevisions(directory: string): Promise<void> {
  const kept = new Set(
    (await listHeads(directory))
      .slice(0, keptRevisions)
      .map(({ revision }) => revisionFile(revision.digest)),
  );
  for (const name of await listState(directory))
    if (/^revision-[0-9a-f]{32}\.(?:gz|json)$/.test(name) && !kept.has(name))
      await removeState(directory, name);
  await removeAbandoned(directory, Date.now());
}
