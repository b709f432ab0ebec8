import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CanonicalRuleset } from '../ruleset/canonical.ts';
import { canonicalFromJson, canonicalToJson } from '../ruleset/canonical-json.ts';
import { writeFileAtomically } from './atomic-file.ts';
import type { Revision } from './revision.ts';
import { makeStateDirectory } from './state-directory.ts';

/**
 * What the kernel was given, by revision, in the state directory: a file per revision, written before
 * the kernel gets it, so that whichever revision the kernel's stamp names has its file. A file that is
 * missing or cannot be read only costs time: the kernel is listed instead.
 */
export interface StoredRevision {
  readonly revision: Revision;
  readonly ruleset: CanonicalRuleset;
  /** For conntrack: addresses that serve each UDP ServicePort (C3), by family and name. */
  readonly udpServices: Readonly<Record<string, readonly string[]>>;
}

/** Revisions kept for `natc rollback`. */
const keptRevisions = 5;

/** Changes with the shape of the files; others are ignored. */
const format = 1;

const fileName = (digest: string): string => `revision-${digest}.json`;

const filePattern = /^revision-[0-9a-f]{32}\.json$/;

/** @throws the system's error when the directory cannot be written */
export async function storeRevision(directory: string, stored: StoredRevision): Promise<void> {
  await makeStateDirectory(directory);
  const { revision, ruleset, udpServices } = stored;
  const head = JSON.stringify({ format, revision, udpServices });
  const path = join(directory, fileName(revision.digest));
  await writeFileAtomically(path, `${head}\n${canonicalToJson(ruleset)}\n`);
}

/** The stored revision of this digest; undefined when it is not there, unreadable or of another format. */
export async function loadRevision(
  directory: string,
  digest: string,
): Promise<StoredRevision | undefined> {
  const text = await readFile(join(directory, fileName(digest)), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const end = text.indexOf('\n');
    const head = JSON.parse(text.slice(0, end));
    if (head.format !== format || head.revision.digest !== digest) return undefined;
    const { revision, udpServices } = head;
    return { revision, udpServices, ruleset: canonicalFromJson(text.slice(end)) };
  } catch {
    return undefined;
  }
}

/** The stored revisions, newest first. */
export async function listRevisions(directory: string): Promise<readonly Revision[]> {
  const names = await readdir(directory).catch(() => []);
  const revisions: Revision[] = [];
  for (const name of names.filter((candidate) => filePattern.test(candidate))) {
    const revision = await readHead(join(directory, name));
    if (revision !== undefined) revisions.push(revision);
  }
  return revisions.sort((a, b) => b.number - a.number);
}

async function readHead(path: string): Promise<Revision | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    const head = JSON.parse(text.slice(0, text.indexOf('\n')));
    return head.format === format ? head.revision : undefined;
  } catch {
    return undefined;
  }
}

/** Removes all but the newest revisions, and what a killed process left half-written. */
export async function pruneRevisions(directory: string): Promise<void> {
  const kept = new Set(
    (await listRevisions(directory)).slice(0, keptRevisions).map(({ digest }) => fileName(digest)),
  );
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    if (filePattern.test(name) && !kept.has(name)) await rm(path, { force: true });
    if (name.startsWith('.revision-') && (await isOld(path))) await rm(path, { force: true });
  }
}

const isOld = async (path: string): Promise<boolean> => {
  const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
  return age > 60_000;
};
