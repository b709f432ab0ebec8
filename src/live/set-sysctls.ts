import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Host } from './host.ts';
import { readState, removeState, writeState } from './state-file.ts';
import { isCount, isListOf, isRecord } from './state-shape.ts';
import { isKnownSysctl, routeLocalnet, type Sysctl, setSysctls, sysctlPath } from './sysctl.ts';

/*
 * The sysctls that natc itself switched on, in the state directory, each with the number of the revision
 * that needed it first: going back behind that revision switches it off again.
 */

interface SetSysctl {
  readonly name: string;
  readonly revision: number;
}

const file = 'sysctls.json';

/** Changes with the shape of the file; others are ignored. */
const format = 1;

const load = async (directory: string): Promise<readonly SetSysctl[]> =>
  (await readState(directory, file, (json) => {
    if (!isRecord(json) || json['format'] !== format) return undefined;
    return isListOf(json['set'], isSetSysctl) ? json['set'] : undefined;
  })) ?? [];

const isSetSysctl = (json: unknown): json is SetSysctl =>
  isRecord(json) && isKnownSysctl(json['name']) && isCount(json['revision']);

async function store(directory: string, set: readonly SetSysctl[]): Promise<void> {
  if (set.length === 0) return removeState(directory, file);
  await writeState(directory, file, `${JSON.stringify({ format, set })}\n`);
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
  if (set.length === 0) return diagnostics;
  const known = await load(directory);
  const news = set
    .filter((name) => !known.some((each) => each.name === name))
    .map((name) => ({ name, revision }));
  // A directory that cannot be written is told by whoever writes the revision.
  await store(directory, [...known, ...news]).catch(() => {});
  return diagnostics;
}

/**
 * Switches off again what revisions after this one switched on. Comes before the rules go: route_localnet
 * must not be on without its guard (N10).
 *
 * @param revision the number of the one that is gone back to; undefined: there was none
 * @returns warnings of what could not be switched off
 */
export const takeBackSysctls = (
  host: Host,
  directory: string,
  revision: number | undefined,
): Promise<readonly Diagnostic[]> =>
  takeBack(host, directory, (each) => revision === undefined || each.revision > revision);

/** The same for route_localnet alone, when natc goes: others may have come to need forwarding. */
export const takeBackLocalnet = (host: Host, directory: string): Promise<readonly Diagnostic[]> =>
  takeBack(host, directory, ({ name }) => name === routeLocalnet);

async function takeBack(
  host: Host,
  directory: string,
  isOver: (set: SetSysctl) => boolean,
): Promise<readonly Diagnostic[]> {
  const known = await load(directory);
  const left: SetSysctl[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const each of known) {
    if (!isOver(each)) {
      left.push(each);
      continue;
    }
    const path = sysctlPath(each.name);
    // Whatever else it is now, somebody else wrote it.
    if ((await host.readFile(path))?.trim() !== '1') continue;
    try {
      await host.writeFile(path, '0\n');
    } catch {
      left.push(each);
      diagnostics.push(stillOn(each.name));
    }
  }
  if (known.length > 0) await store(directory, left).catch(() => {});
  return diagnostics;
}

const stillOn = (name: string): Diagnostic => ({
  code: 'NATC5085',
  severity: 'warning',
  message: `the sysctl ${name}, which natc had set to 1, could not be set back to 0`,
  places: [{ kind: 'file', name: sysctlPath(name) }],
  hint: `unless something else needs it: sysctl -w ${name}=0`,
});
