import { relative } from 'node:path';
import {
  formatLock,
  type Locked,
  lockDifferences,
  lockKinds,
  nothingLocked,
  readLock,
} from '../../allocate/lock.ts';
import { objectKey } from '../../allocate/service-fields.ts';
import type { CompletedSide } from '../../complete.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import type { Place } from '../../diagnostics/place.ts';
import type { SourceObject } from '../../diagnostics/source.ts';
import { findNatcConfig } from '../config/find-natc-config.ts';
import type { CompileFlags } from '../shared-options.ts';
import { readInputs } from './read-inputs.ts';

/** The name under which a lock file is found, and written. */
const lockName = 'natc.lock.yaml';

export type LockFlags = Pick<CompileFlags, 'lock' | 'frozenLock' | 'lockFile' | 'late'>;

/** A lock file as it is read. */
export interface LockFile extends Locked {
  readonly path: string;
  /** Undefined: there is none. */
  readonly object: SourceObject | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the file of `--lock-file`, or the natc.lock.yaml here or above, up to the root of the repository, where nobody else
 * could have put it.
 */
export async function loadLock({ lock, frozenLock, lockFile }: LockFlags): Promise<LockFile> {
  const here = process.cwd();
  const found =
    lockFile === undefined
      ? await findNatcConfig(here, process.getuid?.(), lockName)
      : ({ kind: 'found', path: lockFile } as const);
  if (found.kind === 'untrusted') {
    const path = relative(here, found.path);
    const asked = lock === true || frozenLock === true;
    return without(path, {
      code: 'NATC2155',
      severity: asked ? 'error' : 'warning',
      message: `${path} is not read: ${found.because}`,
      places: [{ kind: 'file', name: path }],
      hint: `--lock-file ${path} takes it all the same`,
    });
  }
  const path =
    found.kind === 'none' ? lockName : (lockFile ?? (relative(here, found.path) || lockName));
  const { inputs, diagnostics: unread } =
    found.kind === 'none' ? { inputs: [], diagnostics: [] } : await readInputs([path]);
  const isMissing = inputs.length === 0 && unread.every(({ code }) => code === 'NATC1001');
  // What is to be written need not be there.
  if (isMissing && lock === true) return without(path);
  if (isMissing && found.kind === 'none' && frozenLock !== true) return without(path);
  if (isMissing)
    return without(path, {
      code: 'NATC2155',
      severity: 'error',
      message: `there is no lock file ${path}`,
      places: [{ kind: 'file', name: path }],
      hint: 'write it with --lock, and keep it in Git',
    });
  if (hasErrors(unread)) return without(path, ...unread);
  const { readObjects } = await import('../../read/read.ts');
  const read = readObjects(inputs, lockKinds);
  const problems = [...read.diagnostics, ...read.cutOff];
  const [object, second] = read.objects;
  if (object === undefined || second !== undefined || problems.length > 0)
    return without(path, ...(problems.length > 0 ? problems : [notOne(path, second)]));
  const locked = readLock(object);
  return { ...locked, path, object };
}

const notOne = (path: string, second: SourceObject | undefined): Diagnostic => ({
  code: 'NATC2158',
  severity: 'error',
  message: `${path} holds ${second === undefined ? 'no NatcLock' : 'more than one NatcLock'}`,
  places: [
    second === undefined
      ? { kind: 'file', name: path }
      : { kind: 'field', object: second, path: [] },
  ],
  hint: '--lock writes the file anew',
});

const without = (path: string, ...diagnostics: readonly Diagnostic[]): LockFile => ({
  ...nothingLocked,
  path,
  object: undefined,
  diagnostics,
});

/**
 * Has what was made up written where `--lock` says so, once the run turned out to have no error; says where it is not
 * what the file has with `--frozen-lock`.
 *
 * @param side the last one
 */
export function keepLock(
  file: LockFile,
  side: CompletedSide,
  { frozenLock, late }: LockFlags,
): readonly Diagnostic[] {
  const made = madeUp(side);
  if (frozenLock === true)
    return file.object === undefined ? [] : frozen(file, file.object, made, side);
  late?.add({ file: file.path, write: () => writeLock(file.path, made) });
  return [];
}

async function writeLock(path: string, made: Locked): Promise<readonly Diagnostic[]> {
  const { writeFileAtomically } = await import('../../host/machine/atomic-file.ts');
  try {
    await writeFileAtomically(path, formatLock(made));
    return [];
  } catch (error) {
    const { systemErrorText } = await import('../../host/machine/system-error.ts');
    return [
      {
        code: 'NATC5008',
        severity: 'error',
        message: `cannot write ${path}: ${systemErrorText(error)}`,
        places: [{ kind: 'option', option: '--lock', value: path }],
        hint: 'check that the directory exists, can be written and has room',
      },
    ];
  }
}

/** What of a side no cluster gave. */
function madeUp({ held, pods, invented }: CompletedSide): Locked {
  const services = [...held].flatMap(([key, slots]) => {
    const own = [...slots].filter(([, { isInvented }]) => isInvented);
    return own.length === 0 ? [] : [[key, new Map(own)] as const];
  });
  const addressed = [...pods].flatMap(([key, addresses]) => {
    const own = [...addresses].filter(([, address]) => invented.addresses.has(address));
    return own.length === 0 ? [] : [[key, new Map(own)] as const];
  });
  return { held: new Map(services), pods: new Map(addressed) };
}

function frozen(
  { path, ...locked }: LockFile,
  object: SourceObject,
  made: Locked,
  { objects }: CompletedSide,
): readonly Diagnostic[] {
  const services = new Map(
    objects.filter(({ kind }) => kind === 'Service').map((each) => [objectKey(each), each]),
  );
  return lockDifferences(locked, made).map((difference): Diagnostic => {
    const { kind, what, service } = difference;
    const own = service === undefined ? undefined : services.get(service);
    const inFile: Place = { kind: 'field', object, path: difference.path ?? [] };
    const inManifest: readonly Place[] =
      own === undefined ? [] : [{ kind: 'field', object: own, path: ['metadata', 'name'] }];
    const isMissing = kind === 'missing';
    const has = difference.path === undefined ? 'has no' : 'has another';
    return {
      code: isMissing ? 'NATC2156' : 'NATC2157',
      severity: 'error',
      message: isMissing
        ? `${path} ${has} ${what}`
        : `${path} keeps the ${what}, which nothing needs any more`,
      places:
        isMissing && difference.path === undefined
          ? [...inManifest, inFile]
          : [inFile, ...inManifest],
      hint: 'run the command with --lock, and commit the file',
    };
  });
}
