import { access, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { UdpService } from '../plan/udp-connections.ts';
import type { CanonicalRuleset } from '../ruleset/canonical.ts';
import { canonicalFromJson, canonicalToJson } from '../ruleset/canonical-json.ts';
import { noSteps, type OnStep } from './apply-step.ts';
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
  /** For conntrack (section 13). */
  readonly udpServices: readonly UdpService[];
}

/** Revisions kept for `natc rollback`. */
const keptRevisions = 5;

/** Changes with the shape of the files; others are ignored. */
const format = 3;

const fileName = (digest: string): string => `revision-${digest}.json`;

const filePattern = /^revision-[0-9a-f]{32}\.json$/;

/**
 * Three lines: the revision, the UDP Services, the ruleset.
 *
 * @throws the system's error when the directory cannot be written
 */
export async function storeRevision(
  directory: string,
  { revision, ruleset, udpServices }: StoredRevision,
  onStep: OnStep = noSteps,
): Promise<void> {
  await makeStateDirectory(directory);
  const head = JSON.stringify({ format, revision });
  const text = `${head}\n${JSON.stringify(udpServices)}\n${canonicalToJson(ruleset)}\n`;
  const path = join(directory, fileName(revision.digest));
  await writeFileAtomically(path, text, () => onStep('state-written'));
  onStep('state-renamed');
}

/** Whether there is a file for this digest, readable or not. */
export const hasRevision = (directory: string, digest: string): Promise<boolean> =>
  access(join(directory, fileName(digest))).then(
    () => true,
    () => false,
  );

/** The stored revision of this digest; undefined when it is not there, unreadable or of another format. */
export async function loadRevision(
  directory: string,
  digest: string,
): Promise<StoredRevision | undefined> {
  const text = await readFile(join(directory, fileName(digest)), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const headEnd = text.indexOf('\n');
    const revision = revisionOf(text.slice(0, headEnd));
    if (revision?.digest !== digest) return undefined;
    const udpEnd = text.indexOf('\n', headEnd + 1);
    return {
      revision,
      udpServices: JSON.parse(text.slice(headEnd, udpEnd)),
      ruleset: canonicalFromJson(text.slice(udpEnd)),
    };
  } catch {
    return undefined;
  }
}

/** @throws for text that is no JSON. */
function revisionOf(head: string): Revision | undefined {
  const { format: found, revision } = JSON.parse(head);
  return found === format ? revision : undefined;
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

/** More than the first line of a file has. */
const headSize = 1024;

/** Reads no more than the head: the files of large rulesets have tens of megabytes. */
async function readHead(path: string): Promise<Revision | undefined> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headSize), 0, headSize, 0);
      const text = buffer.toString('utf8', 0, bytesRead);
      return revisionOf(text.slice(0, text.indexOf('\n')));
    } finally {
      await file.close();
    }
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
    if (temporaryPattern.test(name) && (await isOld(path))) await rm(path, { force: true });
  }
}

/** What writeFileAtomically writes into. */
const temporaryPattern = /^\.(revision-|settled|confirm)/;

const isOld = async (path: string): Promise<boolean> => {
  const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
  return age > 60_000;
};
