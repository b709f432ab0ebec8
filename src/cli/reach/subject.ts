import { nothingInvented } from '../../allocate/invented.ts';
import { loadBackend } from '../../backends/table.ts';
import type { CompletedSide } from '../../complete.ts';
import { hasErrors } from '../../diagnostics/diagnostic.ts';
import { parseAddress } from '../../net/address.ts';
import { effectiveOptions, optionsFromFlags } from '../config/effective-options.ts';
import { subjectFromRuleset } from '../explain/subject.ts';
import { thisHost } from '../host.ts';
import { listInputs } from '../input/cluster-input.ts';
import {
  answeringDemands,
  type CompileInput,
  compileWritten,
  inputPaths,
  readCompileInput,
  readWritten,
  type WrittenInput,
} from '../input/compile-input.ts';
import { completeSides } from '../input/completion.ts';
import type { CompileFlags } from '../shared-options.ts';
import { commandClock } from '../stage-clock.ts';
import type { Terminal } from '../terminal.ts';
import type { SubjectFlags } from './options.ts';
import type { LoadedSurveySubject } from './survey-subject.ts';

/** What speaks against asking this of that; undefined where nothing does. */
export async function subjectProblem({
  backend,
  ruleset,
  live,
}: SubjectFlags): Promise<string | undefined> {
  if (ruleset === undefined && live !== true) return undefined;
  return (await loadBackend(backend)).isReadBack
    ? undefined
    : `--backend ${backend} needs manifests: -f`;
}

const nothingLoaded = {
  subject: undefined,
  uncompiled: [],
  invented: nothingInvented,
} as const;

/**
 * Loads what the flags name: manifests, a cluster, a file that natc compile wrote, or what the kernel holds.
 *
 * @returns undefined where nothing is named and nothing comes in by stdin
 */
export async function loadSurveySubject(
  flags: SubjectFlags,
  terminal: Terminal,
): Promise<LoadedSurveySubject | undefined> {
  const opened = await openSubject(flags, terminal);
  return opened === undefined ? undefined : (await closeSubjects([opened], flags))[0];
}

/** Something read that is not compiled yet, or that needs no compiling. */
export type OpenedSubject =
  | { readonly kind: 'loaded'; readonly loaded: LoadedSurveySubject }
  | OpenedManifests;

export interface OpenedManifests {
  readonly kind: 'manifests';
  readonly backend: SubjectFlags['backend'];
  readonly input: CompileInput;
  readonly written: WrittenInput;
}

/**
 * @param isBase whether manifests may be laid on it, so that the pods of a cluster matter
 * @returns undefined as {@link loadSurveySubject} does
 */
export async function openSubject(
  flags: SubjectFlags,
  terminal: Terminal,
  isBase = false,
): Promise<OpenedSubject | undefined> {
  if (flags.live === true) return { kind: 'loaded', loaded: await fromKernel(flags, terminal) };
  const paths = flags.ruleset === undefined ? inputPaths(flags, terminal) : [flags.ruleset];
  const { listingAmong } = await import('../kube-proxy/listing-subject.ts');
  const among = await listingAmong(paths ?? []);
  if (among !== undefined) {
    const { listedSurveySubject } = await import('../kube-proxy/survey-subject.ts');
    const networks = await podNetworksOf(flags);
    return { kind: 'loaded', loaded: await listedSurveySubject(among, flags, networks, terminal) };
  }
  if (flags.ruleset !== undefined)
    return { kind: 'loaded', loaded: await fromRulesetFile(flags.ruleset, flags) };
  if (paths === undefined) return undefined;
  const clock = commandClock(flags, terminal);
  const list = () => listInputs(flags, undefined, isBase);
  const input = await readCompileInput(flags, paths, clock, answeringDemands, list);
  return { kind: 'manifests', backend: flags.backend, input, written: await readWritten(input) };
}

/**
 * Compiles what was opened. What a control plane would do to the manifests of a later one is done as to an update
 * of the one before, as natc diff does it, so that what natc makes up is no difference in itself.
 */
export async function closeSubjects(
  opened: readonly OpenedSubject[],
  flags: CompileFlags,
): Promise<readonly LoadedSurveySubject[]> {
  const completing = opened.flatMap((each) =>
    each.kind === 'manifests' && each.input.completes ? [each] : [],
  );
  const completed = await completeAll(completing, flags);
  const loaded: LoadedSurveySubject[] = [];
  for (const each of opened) {
    if (each.kind === 'loaded') loaded.push(each.loaded);
    else loaded.push(await compileManifests(each, completed[completing.indexOf(each)]));
  }
  return loaded;
}

async function completeAll(
  completing: readonly OpenedManifests[],
  flags: CompileFlags,
): Promise<readonly CompletedSide[]> {
  const [first, second] = completing;
  if (first === undefined) return [];
  const { isOnOld, layDiff } = await import('../diff/on-base.ts');
  const { options } = first.input.effective;
  const kindOf = ({ input }: OpenedManifests) => (input.listedByNatc ? 'cluster' : 'manifests');
  const laid = await layDiff(
    completing.map((each) => ({ kind: kindOf(each), ...each.written.result })),
    {
      ...flags,
      isOnOld: second !== undefined && isOnOld([kindOf(first), kindOf(second)], flags),
    },
    options,
  );
  const completed = await completeSides(laid, options, flags);
  return completed.map((each, index) => ({
    ...each,
    diagnostics: [...(laid[index]?.diagnostics ?? []), ...each.diagnostics],
  }));
}

async function compileManifests(
  { input, written, backend }: OpenedManifests,
  completed: CompletedSide | undefined,
): Promise<LoadedSurveySubject> {
  const { output, diagnostics, uncompiled } = await compileWritten(input, written, completed);
  if (output === undefined) return { ...nothingLoaded, diagnostics };
  const { compiledSubject } = await import('../../reach/compiled.ts');
  return {
    subject: compiledSubject(output, await (await loadBackend(backend)).answers()),
    diagnostics,
    uncompiled,
    invented: completed?.invented ?? nothingInvented,
  };
}

async function fromRulesetFile(path: string, flags: SubjectFlags): Promise<LoadedSurveySubject> {
  const { subject, diagnostics } = await subjectFromRuleset(path, flags);
  if (subject === undefined) return { ...nothingLoaded, diagnostics };
  const { ruleset, host } = subject;
  return {
    ...nothingLoaded,
    subject: { ruleset, nodeAddresses: host.addresses, podNetworks: await podNetworksOf(flags) },
    diagnostics,
  };
}

/** A kernel without natc's tables holds the empty ruleset. */
async function fromKernel(flags: SubjectFlags, terminal: Terminal): Promise<LoadedSurveySubject> {
  const { nameCapabilities } = await import('../../host/machine/capabilities.ts');
  const { listKernelRuleset } = await import('../../nftables/host/kernel-ruleset.ts');
  const { localAddresses } = await import('../../host/machine/local-addresses.ts');
  const { routeLocalnet, sysctlPath } = await import('../../host/machine/sysctl.ts');
  const host = await thisHost(terminal);
  const { ruleset, diagnostics } = await listKernelRuleset(host, ['ip', 'ip6']);
  const isAbsent = diagnostics.some(({ code }) => code === 'NATC5031');
  if (!isAbsent && (ruleset === undefined || hasErrors(diagnostics)))
    return { ...nothingLoaded, diagnostics: await nameCapabilities(host, diagnostics) };
  const known = isAbsent || ruleset === undefined ? { tables: [] } : ruleset;
  return {
    ...nothingLoaded,
    subject: {
      ruleset: known,
      nodeAddresses: await localAddresses(host),
      podNetworks: await podNetworksOf(flags),
      routeLocalnet: (await host.readFile(sysctlPath(routeLocalnet)))?.trim() === '1',
    },
    diagnostics: isAbsent ? [] : await nameCapabilities(host, diagnostics),
  };
}

/** What the options say where there are no objects to say it. */
async function podNetworksOf(flags: SubjectFlags): Promise<readonly string[]> {
  const kubeProxy =
    flags.config === undefined
      ? undefined
      : await (await import('../config/layers.ts')).readKubeProxyLayer(flags.config, false);
  const { options } = effectiveOptions({
    kubeProxy,
    natc: flags.natc,
    flags: optionsFromFlags(flags),
  });
  return [...options.clusterCIDRs, ...options.podCIDRs].filter(
    (text) => text.includes('/') && parseAddress(text.replace(/\/.*/, '')) !== undefined,
  );
}
