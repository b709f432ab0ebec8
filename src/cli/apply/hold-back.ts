import { allBackends } from '../../backends/table.ts';
import { type CompileOutput, compile } from '../../compile.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { didYouMean } from '../../diagnostics/did-you-mean.ts';
import type { SourceObject } from '../../diagnostics/source.ts';
import { type Doubts, doubtsAbout, isInDoubt, lacksSlices } from '../../hold-back/doubts.ts';
import { findUnexplained } from '../../hold-back/find-lost.ts';
import { holdBack } from '../../hold-back/hold-back.ts';
import { essentials, objectsByService } from '../../hold-back/kept-objects.ts';
import { describeDoubts } from '../../hold-back/messages.ts';
import { type Served, servedServices } from '../../hold-back/served.ts';
import { isBelieved, type Waiting, waitingAfter } from '../../hold-back/waiting.ts';
import type { Host } from '../../host/machine/host.ts';
import {
  loadServed,
  loadServedObjects,
  loadWaiting,
  type StoredServed,
  storeAllServedChanges,
  storeServed,
  storeServedChanges,
  storeWaiting,
} from '../../host/state/served-store.ts';
import { hasFilesOf } from '../../host/state/state-files.ts';
import { readStamps } from '../../nftables/host/kernel-tables.ts';
import { readObjects } from '../../read/read.ts';
import type { CompiledInput, CompileInput } from '../input/compile-input.ts';
import type { ApplyFlags } from './options.ts';

/** What natc apply goes on with after it has looked whether the input can be believed. */
export type Belief =
  | {
      readonly kind: 'apply';
      readonly output: CompileOutput;
      readonly objects: readonly SourceObject[];
      /** What waits; undefined when the input is applied as it is. */
      readonly waiting: Waiting | undefined;
      readonly diagnostics: readonly Diagnostic[];
      /** Whether it was compared with the last one: then only an empty input is left to refuse. */
      readonly isCompared: boolean;
    }
  /** Nothing of it can be applied. */
  | { readonly kind: 'refuse'; readonly diagnostics: readonly Diagnostic[] };

/**
 * Compares an input with the last one that was applied, and puts back what it seems to have lost; see
 * {@link Doubts}. A list that natc made itself is whole, and so is one that the user vouches for.
 *
 * @param now seconds since 1970
 */
export async function believe(
  host: Host,
  input: CompileInput,
  { objects }: CompiledInput,
  output: CompileOutput,
  flags: ApplyFlags,
  now: number,
): Promise<Belief> {
  const apply = (isCompared: boolean): Belief => {
    return { kind: 'apply', output, objects, waiting: undefined, diagnostics: [], isCompared };
  };
  const last = await loadServed(flags.stateDir);
  const stranger = unknownNode(output);
  // A list of Nodes that lacks the one it had lost a part.
  if (stranger !== undefined && last?.node !== output.settings.nodeName)
    return { kind: 'refuse', diagnostics: [stranger] };
  // An input without any Service is refused by apply itself.
  const isEmpty = output.cluster.services.length === 0;
  if (input.listedByNatc || flags.allowMassRemoval === true || isEmpty) return apply(true);
  if (last === undefined)
    return isIncomplete(output) && (await hasAppliedBefore(host, flags.stateDir))
      ? { kind: 'refuse', diagnostics: [nothingToCompareWith] }
      : apply(false);

  const doubts = doubtsAbout(last, servedServices(output), output.cluster, flags.maxRemovals);
  const waiting = waitingAfter(await loadWaiting(flags.stateDir), doubts, now);
  if (!isInDoubt(doubts) || waiting === undefined || isBelieved(waiting, doubts))
    return apply(true);
  const diagnostics = describeDoubts(doubts, waiting);
  const put = await putBack(input, objects, doubts, last, flags.stateDir);
  if (!('output' in put) && flags.dryRun === undefined) await keepWaiting(waiting, flags);
  if (!('output' in put)) return { kind: 'refuse', diagnostics: [...diagnostics, ...put] };
  return { kind: 'apply', ...put, waiting, diagnostics, isCompared: true };
}

async function putBack(
  { effective, optionPlaces }: CompileInput,
  objects: readonly SourceObject[],
  doubts: Doubts,
  last: StoredServed,
  stateDirectory: string,
): Promise<
  | readonly Diagnostic[]
  | { readonly output: CompileOutput; readonly objects: readonly SourceObject[] }
> {
  const names = [...doubts.unexplained, ...doubts.many].map(({ name }) => name);
  const bytes = await loadServedObjects(stateDirectory, last, names);
  if (bytes === undefined) return [cannotPutBack(stateDirectory)];
  const kept = readObjects([{ name: 'what was applied before', bytes }]);
  const all = holdBack(objects, doubts, kept.objects);
  // What is put back may claim what something new has, too: the older one keeps it (ND11).
  const options = { ...effective.options, validate: 'warn' } as const;
  const { output, diagnostics } = compile(all, options, { optionPlaces });
  if (output === undefined)
    return [cannotPutBack(stateDirectory), ...diagnostics.filter((each) => hasErrors([each]))];
  return { output, objects: all };
}

/** A node that the cluster does not know has no local endpoints: every Local policy would drop. */
function unknownNode({ cluster, settings }: CompileOutput): Diagnostic | undefined {
  const name = settings.nodeName;
  const names = cluster.nodes.map((node) => node.name);
  if (name === undefined || names.length === 0 || names.includes(name)) return undefined;
  const [short = name] = name.split('.');
  const like =
    names.find((each) => each === short || each.split('.')[0] === name) ?? didYouMean(name, names);
  const shown = names.slice(0, 3).join(', ');
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return {
    code: 'NATC5062',
    severity: 'error',
    message: `no Node of the input is called ${name}: it has ${shown}${more}`,
    places: [{ kind: 'option', option: '--node-name', value: name }],
    hint:
      like === undefined
        ? 'kubectl get nodes lists them; a name that is not among them has no endpoints of its own'
        : `did you mean ${like}?`,
  };
}

/** Whether no whole list looks like this, for want of anything to compare it with. */
const isIncomplete = ({ cluster }: CompileOutput): boolean =>
  lacksSlices(cluster) || findUnexplained(cluster).length > 0;

/** Rules of an earlier apply: of this state directory, or in the kernel. */
async function hasAppliedBefore(host: Host, stateDirectory: string): Promise<boolean> {
  for (const { stateFiles } of await allBackends())
    if (await hasFilesOf(stateDirectory, stateFiles)) return true;
  const stamps = await readStamps(host);
  return !('refusals' in stamps) && (stamps.ip !== undefined || stamps.ip6 !== undefined);
}

const nothingToCompareWith: Diagnostic = {
  code: 'NATC5060',
  severity: 'error',
  message:
    'the input has Services with selectors but no EndpointSlice, or EndpointSlices without their Services; what was applied before is not known, so nothing of it is applied',
  places: [],
  hint: 'did kubectl fail? a pipe hides that: kubectl get services,endpointslices,nodes -A -o json > list.json && natc apply -f list.json, or natc apply --from-cluster; to apply it as it is: --allow-mass-removal',
};

const cannotPutBack = (stateDirectory: string): Diagnostic => ({
  code: 'NATC5063',
  severity: 'error',
  message: `what was applied before cannot be taken from ${stateDirectory}: nothing of the input is applied`,
  places: [],
  hint: 'apply a whole list, or this one as it is with --allow-mass-removal',
});

/** Keeps what the next input is compared with. A state directory that cannot be written is told by apply. */
export const keepBelief = (
  { output, objects, waiting }: Extract<Belief, { kind: 'apply' }>,
  { stateDir }: ApplyFlags,
): Promise<void> =>
  ignoringFailure(async () => {
    const served = servedServices(output);
    const node = objects.find(
      ({ kind, value }) => kind === 'Node' && nameIn(value['metadata']) === served.node,
    );
    await storeServed(stateDir, served, {
      byService: objectsByService(objects, (service) => served.services.has(service)),
      node: node === undefined || served.node === undefined ? undefined : essentials(node),
    });
    await storeWaiting(stateDir, waiting);
  });

/** Counts an input of which nothing could be applied, or forgets what waited. */
export const keepWaiting = (
  waiting: Waiting | undefined,
  { stateDir }: Pick<ApplyFlags, 'stateDir'>,
): Promise<void> => ignoringFailure(() => storeWaiting(stateDir, waiting));

/** What changes that were compiled alone make of the last input. */
export interface ChangedBelief {
  readonly last: StoredServed;
  readonly served: Served;
}

/**
 * Whether changes can be believed without a look at the whole input: no Service lost its endpoints.
 *
 * @param changed the Services of `output`, and those that are gone
 * @returns undefined where the whole input has to be compared
 */
export async function believeChanges(
  changed: ReadonlySet<string>,
  output: CompileOutput,
  { stateDir }: ApplyFlags,
): Promise<ChangedBelief | undefined> {
  const last = await loadServed(stateDir);
  if (last === undefined) return undefined;
  const now = servedServices(output).services;
  if ([...changed].some((name) => last.services.has(name) && !now.has(name))) return undefined;
  return { last, served: { node: last.node, services: new Map([...last.services, ...now]) } };
}

/** Keeps what changes alone made of the last input. */
export const keepChangedBelief = (
  { last, served }: ChangedBelief,
  objects: readonly SourceObject[],
  changed: ReadonlySet<string>,
  { stateDir }: ApplyFlags,
): Promise<void> =>
  ignoringFailure(async () => {
    const kept = new Map(objectsByService(objects, (name) => served.services.has(name)));
    const byService = new Map([...changed].map((name) => [name, kept.get(name) ?? []]));
    await storeServedChanges(stateDir, served, last, byService);
    await storeWaiting(stateDir, undefined);
  });

/**
 * The same for a natc that follows a cluster: all that changed since it compiled everything, Service by Service.
 *
 * @param objectsOf a Service
 */
export const keepFollowedBelief = (
  { last, served }: ChangedBelief,
  objectsOf: (service: string) => readonly SourceObject[],
  changed: ReadonlySet<string>,
  { stateDir }: ApplyFlags,
): Promise<void> =>
  ignoringFailure(async () => {
    function* entries() {
      for (const name of changed) {
        const kept = new Map(
          objectsByService(objectsOf(name), (each) => served.services.has(each)),
        );
        yield [name, kept.get(name) ?? []] as const;
      }
    }
    await storeAllServedChanges(stateDir, served, last, entries());
    await storeWaiting(stateDir, undefined);
  });

const ignoringFailure = (store: () => Promise<void>): Promise<void> => store().catch(() => {});

const nameIn = (metadata: unknown): unknown =>
  typeof metadata === 'object' && metadata !== null && 'name' in metadata
    ? metadata.name
    : undefined;
