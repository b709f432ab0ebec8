import { join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { isAnyRemembered } from '../host/change/leftovers.ts';
import type { Refused, RollbackOptions } from '../host/change/rollback.ts';
import { underLock } from '../host/change/rollback.ts';
import type { Host } from '../host/machine/host.ts';
import { sysctlNames, sysctlPath, warnOfRouteLocalnet } from '../host/machine/sysctl.ts';
import { removeLock } from '../host/state/lock.ts';
import {
  hasSysctlLeft,
  loadSetSysctls,
  sysctlsFile,
  takeBackLocalnet,
} from '../host/state/set-sysctls.ts';
import {
  forgetFilesOf,
  hasFilesOf,
  sharedStateFiles,
  type Unremoved,
} from '../host/state/state-files.ts';
import { sysctlLine, sysctlsOf } from '../host/state/sysctl-status.ts';
import { type BackendName, backendNames } from '../options.ts';
import { allBackends, loadBackend } from './table.ts';

export interface BackendsCleanup {
  /** `incomplete`: the rules are gone, files of the state directory are not. */
  readonly kind: 'clean' | 'incomplete';
  /** What was there, in words; empty when there was nothing to do. */
  readonly removed: readonly string[];
  /** Sysctls that natc set and left on, in words. */
  readonly leftOn: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Removes natc's rules from one backend or, with `auto`, from both: a machine may have changed from one
 * to the other. With `auto` a backend whose programs are missing is passed over, unless both are. Then
 * forgets what the state directory says of it, and all that is there when it says nothing of the other.
 */
export const cleanUpBackends = (
  host: Host,
  backend: 'auto' | BackendName,
  options: Pick<RollbackOptions, 'stateDirectory' | 'lock'>,
): Promise<BackendsCleanup | Refused | { readonly kind: 'lock-timeout' }> =>
  underLock<BackendsCleanup | Refused>(options, async () => {
    const { stateDirectory } = options;
    const rules = await removeRules(host, backend, stateDirectory);
    if (rules.kind === 'refused') return rules;
    const { cleaned } = rules;
    const { removed, left } = await forget(stateDirectory, cleaned);
    const files = `the files of natc in ${stateDirectory}`;
    return {
      kind: left.length === 0 ? 'clean' : 'incomplete',
      removed: rules.removed.length === 0 && removed.length > 0 ? [files] : rules.removed,
      leftOn: rules.leftOn,
      diagnostics: [...rules.diagnostics, ...unremoved(stateDirectory, left)],
    };
  });

async function forget(directory: string, cleaned: readonly BackendName[]) {
  const backends = await allBackends();
  const kept = await Promise.all(
    backends.map(
      async ({ name, stateFiles }) =>
        !cleaned.includes(name) && (await hasFilesOf(directory, stateFiles)),
    ),
  );
  const isAll = !kept.includes(true);
  // One that could not be set back is for the next cleanup.
  const isSysctlLeft = await hasSysctlLeft(directory);
  const shared = sharedStateFiles.filter((name) => !(isSysctlLeft && name === sysctlsFile));
  const forgotten = await forgetFilesOf(directory, [
    ...backends.filter(({ name }) => cleaned.includes(name)).flatMap((each) => each.stateFiles),
    ...(isAll ? shared : []),
  ]);
  if (isAll && forgotten.left.length === 0) await removeLock(directory).catch(() => {});
  return forgotten;
}

/** Says which state files are there still. */
export const unremoved = (directory: string, left: readonly Unremoved[]): readonly Diagnostic[] =>
  left.map(({ name, reason }) => ({
    code: 'NATC5117',
    severity: 'warning',
    message: `the state file ${name} in ${directory} could not be removed: ${reason}`,
    places: [{ kind: 'option', option: '--state-dir', value: directory }],
    hint: `nothing in it is needed any more: rm -r ${join(directory, name)}`,
  }));

interface Removal extends BackendsCleanup {
  readonly kind: 'clean';
  /** The backends that hold no rules of natc now. */
  readonly cleaned: readonly BackendName[];
}

async function removeRules(
  host: Host,
  backend: 'auto' | BackendName,
  stateDirectory: string,
): Promise<Removal | Refused> {
  const names = backend === 'auto' ? backendNames : [backend];
  const asked = await Promise.all(
    names.map(async (name) => {
      const each = await loadBackend(name);
      return { ...each, missing: await each.missingPrograms(host) };
    }),
  );
  const missing = asked.flatMap((each) => each.missing ?? []);
  if (asked.length === 1 && missing.length > 0) return { kind: 'refused', diagnostics: missing };
  const removed: string[] = [];
  const cleaned: BackendName[] = [];
  const backends = await Promise.all((await allBackends()).map((each) => each.leftovers()));
  const wasHere = () => isAnyRemembered(backends, stateDirectory);
  const wereSet = await loadSetSysctls(stateDirectory, wasHere);
  // Before the guard goes. Forwarding stays: others may have come to need it.
  const diagnostics = [...(await takeBackLocalnet(host, stateDirectory))];
  for (const each of asked) {
    const outcome = await each.cleanUp(host);
    const isElsewhere = asked.some(
      (other) => other.name !== each.name && other.missing === undefined,
    );
    const isPassedOver =
      outcome.kind === 'refused' && isMissing(outcome.diagnostics) && isElsewhere;
    if (!isPassedOver) diagnostics.push(...outcome.diagnostics);
    if (outcome.kind === 'clean') {
      removed.push(...outcome.removed);
      cleaned.push(each.name);
    } else if (!isPassedOver) return { kind: 'refused', diagnostics };
  }
  if (removed.length > 0 && diagnostics.length === 0)
    diagnostics.push(...(await warnOfRouteLocalnet(host)));
  if (wereSet.kind === 'unknown' && removed.length > 0)
    diagnostics.push(...(await warnOfUnknownSysctls(host, stateDirectory)));
  const { set = [] } = await sysctlsOf(host, stateDirectory, false, undefined, wasHere);
  const leftOn = (removed.length === 0 ? [] : set)
    .filter(({ state, now }) => state === 'left-on' && now === '1')
    .map((each) => `${sysctlLine(each)} (sysctl -w ${each.name}=0)`);
  return { kind: 'clean', removed, leftOn, diagnostics, cleaned };
}

/** Without a word of what natc set, it can only say what is on now. */
export async function warnOfUnknownSysctls(
  host: Host,
  stateDirectory: string,
): Promise<readonly Diagnostic[]> {
  const values = await Promise.all(
    sysctlNames.map(async (name) => ({
      name,
      value: (await host.readFile(sysctlPath(name)))?.trim(),
    })),
  );
  const known = values.filter(({ value }) => value !== undefined);
  const on = known.filter(({ value }) => value !== '0');
  if (on.length === 0) return [];
  return [
    {
      code: 'NATC5088',
      severity: 'warning',
      message: `${stateDirectory} does not say which sysctls natc had set to 1, so none was set back: ${known.map(({ name, value }) => `${name} is ${value}`).join(', ')}`,
      places: [],
      hint: `what nothing else needs goes off with: sysctl -w ${on.map(({ name }) => `${name}=0`).join(' ')}`,
    },
  ];
}

const isMissing = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.every(({ code }) => code === 'NATC5001');
