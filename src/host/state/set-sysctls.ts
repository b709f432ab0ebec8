import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { isMapping } from '../../diagnostics/mapping.ts';
import type { Host } from '../machine/host.ts';
import {
  isKnownSysctl,
  routeLocalnet,
  type Sysctl,
  setSysctls,
  sysctlPath,
} from '../machine/sysctl.ts';
import { hasState, readState, removeState, writeState } from './state-file.ts';
import { isCount, isListOf } from './state-shape.ts';

/*
 * The sysctls that natc itself switched on, in the state directory, each with the number of the revision
 * that needed it first: going back behind that revision switches it off again.
 */

export interface SetSysctl {
  readonly name: string;
  readonly revision: number;
  /** It should be off again, and could not be set. */
  readonly isLeft: boolean;
}

export const sysctlsFile = 'sysctls.json';

/** Changes with the shape of the file; others are ignored. */
const format = 1;

const read = (directory: string): Promise<readonly SetSysctl[] | undefined> =>
  readState(directory, sysctlsFile, (json) => {
    if (!isMapping(json) || json['format'] !== format) return undefined;
    if (!isListOf(json['set'], isStored)) return undefined;
    return json['set'].map(({ isLeft = false, ...each }) => ({ ...each, isLeft }));
  });

const load = async (directory: string): Promise<readonly SetSysctl[]> =>
  (await read(directory)) ?? [];

/**
 * The sysctls that natc set. They are not known where the file is damaged, and where the state directory
 * does not say that natc was ever at work here: it is lost, or another one.
 *
 * @param wasHere whether the state directory knows of rules of natc
 */
export async function loadSetSysctls(
  directory: string,
  wasHere: () => Promise<boolean>,
): Promise<
  { readonly kind: 'known'; readonly set: readonly SetSysctl[] } | { readonly kind: 'unknown' }
> {
  const set = await read(directory);
  if (set !== undefined) return { kind: 'known', set };
  if (await hasState(directory, sysctlsFile)) return { kind: 'unknown' };
  return (await wasHere()) ? { kind: 'known', set: [] } : { kind: 'unknown' };
}

/** Whether one of them should be off again and could not be set (NATC5085). */
export const hasSysctlLeft = async (directory: string): Promise<boolean> =>
  (await load(directory)).some(({ isLeft }) => isLeft);

type Stored = Omit<SetSysctl, 'isLeft'> & { readonly isLeft?: boolean };

const isStored = (json: unknown): json is Stored =>
  isMapping(json) &&
  isKnownSysctl(json['name']) &&
  isCount(json['revision']) &&
  (json['isLeft'] === undefined || typeof json['isLeft'] === 'boolean');

async function store(directory: string, set: readonly SetSysctl[]): Promise<void> {
  if (set.length === 0) return removeState(directory, sysctlsFile);
  await writeState(directory, sysctlsFile, `${JSON.stringify({ format, set })}\n`);
}

/**
 * Sets what is off, and notes what that was.
 *
 * @param revision the number of the revision that needs them
 */
export async function setSysctlsFor(
  host: Host,
  directory: string,
  sysctls: readonly Sysctl[],
  revision: number,
): Promise<readonly Diagnostic[]> {
  const { set, diagnostics } = await setSysctls(host, sysctls);
  const known = await load(directory);
  // What is needed again is not left any more.
  const needed = new Set(sysctls.map(({ name }) => name));
  const isAsBefore = !known.some(({ name, isLeft }) => isLeft && needed.has(name));
  if (set.length === 0 && isAsBefore) return diagnostics;
  const news = set
    .filter((name) => !known.some((each) => each.name === name))
    .map((name) => ({ name, revision, isLeft: false }));
  const still = known.map((each) =>
    each.isLeft && needed.has(each.name) ? { ...each, revision, isLeft: false } : each,
  );
  // A directory that cannot be written is told by whoever writes the revision.
  await store(directory, [...still, ...news]).catch(() => {});
  return diagnostics;
}

/** The revision that is gone back to. */
export interface EarlierRevision {
  readonly number: number;
  /** What its rules rely on, whoever had switched it on for it. */
  readonly needed: readonly Sysctl[];
}

export interface TakenBack {
  /** Warnings of what could not be switched off. */
  readonly diagnostics: readonly Diagnostic[];
  /** Switches on again what was switched off: the rules that need it stay. */
  readonly undo: () => Promise<void>;
}

/**
 * Switches off again what revisions after this one switched on and it does not need. Comes before the rules
 * go: route_localnet must not be on without its guard (N10).
 *
 * @param revision undefined: there was none
 */
export function takeBackSysctls(
  host: Host,
  directory: string,
  revision: EarlierRevision | undefined,
): Promise<TakenBack> {
  const needed = new Set(revision?.needed.map(({ name }) => name));
  const number = revision?.number ?? -1;
  return takeBack(host, directory, (each) => {
    if (each.revision <= number) return each;
    // From now on it is on for this revision.
    return needed.has(each.name) ? { ...each, revision: number, isLeft: false } : undefined;
  });
}

/** The same for route_localnet alone, when natc goes: others may have come to need forwarding. */
export const takeBackLocalnet = async (
  host: Host,
  directory: string,
): Promise<readonly Diagnostic[]> =>
  (await takeBack(host, directory, (each) => (each.name === routeLocalnet ? undefined : each)))
    .diagnostics;

/** @param keep what is noted of one that stays on; undefined: it goes off */
async function takeBack(
  host: Host,
  directory: string,
  keep: (set: SetSysctl) => SetSysctl | undefined,
): Promise<TakenBack> {
  const known = await load(directory);
  const left: SetSysctl[] = [];
  const off: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const each of known) {
    const kept = keep(each);
    if (kept !== undefined) {
      left.push(kept);
      continue;
    }
    const path = sysctlPath(each.name);
    // Whatever else it is now, somebody else wrote it.
    if ((await host.readFile(path))?.trim() !== '1') continue;
    try {
      await host.writeFile(path, '0\n');
      off.push(path);
    } catch {
      left.push({ ...each, isLeft: true });
      diagnostics.push(stillOn(each.name));
    }
  }
  if (known.length > 0) await store(directory, left).catch(() => {});
  const undo = async (): Promise<void> => {
    for (const path of off) await host.writeFile(path, '1\n').catch(() => {});
    if (known.length > 0) await store(directory, known).catch(() => {});
  };
  return { diagnostics, undo };
}

const stillOn = (name: string): Diagnostic => ({
  code: 'NATC5085',
  severity: 'warning',
  message: `the sysctl ${name}, which natc had set to 1, could not be set back to 0`,
  places: [{ kind: 'file', name: sysctlPath(name) }],
  hint: `unless something else needs it: sysctl -w ${name}=0`,
});
