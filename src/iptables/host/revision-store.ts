import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { isMapping } from '../../diagnostics/mapping.ts';
import type { Revision } from '../../host/state/revision.ts';
import {
  hasState,
  listState,
  readStateBytes,
  removeAbandoned,
  removeState,
  writeState,
} from '../../host/state/state-file.ts';
import { isCount, isDigest, isLine, isListOf, isTime } from '../../host/state/state-shape.ts';
import { flowServicesIn } from '../../host/state/stored-flow-services.ts';
import type { FlowService } from '../../plan/flows.ts';
import type { BuiltInChain, BuiltInJump } from '../ast.ts';
import { iptablesTableDigest, joinDigests } from '../stamp.ts';
import { type KernelRules, kernelRules, type TableRules } from '../tables.ts';

/**
 * What iptables was given, by revision, in the state directory: a file per revision, written before the
 * kernel gets it, so that whichever revision the stamps name has its file. A file that is missing or
 * cannot be read only costs time: the kernel is listed instead.
 */
export interface StoredTables {
  readonly revision: Revision;
  readonly rules: KernelRules;
  /** For conntrack. */
  readonly flowServices: readonly FlowService[];
}

/** Revisions kept for `natc rollback`. */
const keptRevisions = 5;

/** Changes with the shape of the files; others are ignored. */
const format = 1;

/** Bytes of a file; rules shrink to a tenth. */
const largestFile = 64 * 1024 * 1024;
/** Bytes of what is in it: 20,000 Services with ten endpoints each have 80 MB. */
const largestText = 1024 * 1024 * 1024;

export const tablesFile = (digest: string): string => `iptables-${digest}.json.gz`;

const filePattern = /^iptables-([0-9a-f]{32})\.json\.gz$/;

/** The digest of all tables, which names the file. */
export const digestOfRules = (rules: KernelRules): string =>
  joinDigests(({ family, table }) => iptablesTableDigest(rules[family][table]));

/**
 * Two lines, compressed: the revision and the UDP Services; the tables.
 *
 * @throws the system's error when the directory cannot be written
 */
export async function storeTables(
  directory: string,
  { revision, rules, flowServices }: StoredTables,
): Promise<void> {
  const head = JSON.stringify({ format, revision, flowServices });
  const tables = JSON.stringify(
    kernelRules(({ family, table }) => {
      const { chains, jumps } = rules[family][table];
      return { chains: [...chains], jumps };
    }),
  );
  const bytes = await promisify(gzip)(`${head}\n${tables}\n`, { level: 1 });
  await writeState(directory, tablesFile(revision.digest), [bytes]);
}

/** Whether there is a file for this digest, readable or not. */
export const hasTables = (directory: string, digest: string): Promise<boolean> =>
  hasState(directory, tablesFile(digest));

/**
 * The stored tables of this digest. They are checked against it: what was not written by natc as it is
 * counts as absent.
 */
export async function loadTables(
  directory: string,
  digest: string,
): Promise<StoredTables | undefined> {
  const bytes = await readStateBytes(directory, tablesFile(digest), largestFile);
  if (bytes === undefined) return undefined;
  try {
    const text = (await promisify(gunzip)(bytes, { maxOutputLength: largestText })).toString();
    const headEnd = text.indexOf('\n');
    const head: unknown = JSON.parse(text.slice(0, headEnd));
    const revision = revisionIn(head);
    const flowServices = isMapping(head) ? flowServicesIn(head['flowServices']) : undefined;
    const rules = rulesIn(JSON.parse(text.slice(headEnd)));
    if (revision?.digest !== digest || rules === undefined || digestOfRules(rules) !== digest)
      return undefined;
    return flowServices === undefined ? undefined : { revision, rules, flowServices };
  } catch {
    return undefined;
  }
}

/** The stored revisions, newest first. */
export async function listTables(directory: string): Promise<readonly Revision[]> {
  const revisions: Revision[] = [];
  for (const name of await listState(directory)) {
    const digest = filePattern.exec(name)?.[1];
    const revision =
      digest === undefined ? undefined : (await loadTables(directory, digest))?.revision;
    if (revision !== undefined) revisions.push(revision);
  }
  return revisions.sort((a, b) => b.number - a.number);
}

/** Removes all but the newest revisions, and what a killed process left half-written. */
export async function pruneTables(directory: string): Promise<void> {
  const names = (await listState(directory)).filter((name) => filePattern.test(name));
  if (names.length > keptRevisions) {
    const kept = new Set(
      (await listTables(directory)).slice(0, keptRevisions).map(({ digest }) => tablesFile(digest)),
    );
    for (const name of names) if (!kept.has(name)) await removeState(directory, name);
  }
  await removeAbandoned(directory, Date.now());
}

function revisionIn(json: unknown): Revision | undefined {
  if (!isMapping(json) || json['format'] !== format || !isMapping(json['revision']))
    return undefined;
  const { number, digest, time } = json['revision'];
  return isCount(number) && isDigest(digest) && isTime(time) ? { number, digest, time } : undefined;
}

/** @throws where a table is not of the expected shape */
function rulesIn(json: unknown): KernelRules | undefined {
  return kernelRules(({ family, table }) => {
    const tables = isMapping(json) ? json[family] : undefined;
    return tableIn(isMapping(tables) ? tables[table] : undefined);
  });
}

function tableIn(json: unknown): TableRules {
  if (isMapping(json)) {
    const { chains, jumps } = json;
    if (isListOf(chains, isChain) && isListOf(jumps, isJump))
      return { chains: new Map(chains), jumps };
  }
  throw new Error('not a table');
}

const isName = (json: unknown): json is string =>
  typeof json === 'string' && /^NATC-[A-Z0-9-]{1,23}$/.test(json);

const isChain = (json: unknown): json is readonly [string, readonly string[]] =>
  Array.isArray(json) && json.length === 2 && isName(json[0]) && isListOf(json[1], isLine);

const isJump = (json: unknown): json is BuiltInJump =>
  isMapping(json) && isBuiltIn(json['from']) && isName(json['to']);

const isBuiltIn = (json: unknown): json is BuiltInChain =>
  typeof json === 'string' &&
  ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].includes(json);
