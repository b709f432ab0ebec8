import { type Invented, nothingInvented } from '../../allocate/invented.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { parseAddress } from '../../net/address.ts';
import type { Uncompiled } from '../../plan/uncompiled.ts';
import type { SurveySubject } from '../../reach/survey.ts';
import { answeringDemands, compileInput, inputPaths } from '../compile-input.ts';
import { effectiveOptions, optionsFromFlags } from '../effective-options.ts';
import { subjectFromRuleset } from '../explain-subject.ts';
import { thisHost } from '../host.ts';
import {
  type KnownServices,
  servicesOfCluster,
  servicesOfRuleset,
} from '../selection/selection.ts';
import type { CompileFlags } from '../shared-options.ts';
import type { Terminal } from '../terminal.ts';

/** What names the ruleset that is asked about; none: manifests. */
export interface SubjectFlags extends CompileFlags {
  readonly ruleset?: string;
  readonly live?: boolean;
  readonly backend: 'nftables' | 'iptables';
}

export interface LoadedSurveySubject {
  /** Undefined when a diagnostic is an error. */
  readonly subject: SurveySubject | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Services of which the answer may be wrong. */
  readonly uncompiled: readonly Uncompiled[];
  readonly invented: Invented;
  readonly services: KnownServices;
}

/** What speaks against asking this of that; undefined where nothing does. */
export const subjectProblem = ({ backend, ruleset, live }: SubjectFlags): string | undefined =>
  backend === 'iptables' && (ruleset !== undefined || live === true)
    ? '--backend iptables needs manifests: -f'
    : undefined;

const nothingLoaded = {
  subject: undefined,
  uncompiled: [],
  invented: nothingInvented,
  services: new Map(),
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
  if (flags.live === true) return fromKernel(flags, terminal);
  if (flags.ruleset !== undefined) return fromRulesetFile(flags.ruleset, flags);
  const paths = inputPaths(flags, terminal);
  return paths && fromManifests(flags, paths, terminal);
}

async function fromManifests(
  flags: SubjectFlags,
  paths: readonly string[],
  terminal: Terminal,
): Promise<LoadedSurveySubject> {
  const { output, diagnostics, uncompiled, completed } = await compileInput(
    flags,
    paths,
    terminal,
    answeringDemands,
  );
  if (output === undefined) return { ...nothingLoaded, diagnostics };
  const { compiledSubject } = await import('../../reach/compiled.ts');
  return {
    subject: compiledSubject(output, flags.backend),
    diagnostics,
    uncompiled,
    invented: completed?.invented ?? nothingInvented,
    services: servicesOfCluster(output.cluster),
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
    services: servicesOfRuleset(ruleset),
  };
}

/** A kernel without natc's tables holds the empty ruleset. */
async function fromKernel(flags: SubjectFlags, terminal: Terminal): Promise<LoadedSurveySubject> {
  const { nameCapabilities } = await import('../../live/capabilities.ts');
  const { listKernelRuleset } = await import('../../live/kernel-ruleset.ts');
  const { localAddresses } = await import('../../live/local-addresses.ts');
  const { routeLocalnet, sysctlPath } = await import('../../live/sysctl.ts');
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
    services: servicesOfRuleset(known),
  };
}

/** What the options say where there are no objects to say it. */
async function podNetworksOf(flags: SubjectFlags): Promise<readonly string[]> {
  const kubeProxy =
    flags.config === undefined
      ? undefined
      : await (await import('../config-layers.ts')).readKubeProxyLayer(flags.config, false);
  const { options } = effectiveOptions({
    kubeProxy,
    natc: flags.natc,
    flags: optionsFromFlags(flags),
  });
  return [...options.clusterCIDRs, ...options.podCIDRs].filter(
    (text) => text.includes('/') && parseAddress(text.replace(/\/.*/, '')) !== undefined,
  );
}
