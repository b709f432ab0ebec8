import { type Diagnostic, hasErrors } from '../diagnostics/diagnostic.ts';
import type { Ruleset } from '../nftables/ast.ts';
import type { Plan } from '../plan/plan.ts';
import type { Uncompiled } from '../plan/uncompiled.ts';
import { compileInput, sideDemands } from './compile-input.ts';
import { subjectFromRuleset } from './explain-subject.ts';
import { thisHost } from './host.ts';
import { type KnownServices, servicesOfCluster, servicesOfRuleset } from './selection/selection.ts';
import type { CompileFlags } from './shared-options.ts';
import type { Terminal } from './terminal.ts';

/** One side of a diff: the ruleset and what it tells of the node. */
export interface DiffSide {
  readonly name: string;
  readonly kind: 'manifests' | 'cluster' | 'ruleset' | 'live';
  /** Undefined when a diagnostic is an error. */
  readonly ruleset: Ruleset | undefined;
  /** What the ruleset was made from; undefined unless that was manifests. */
  readonly plan?: Plan;
  /** Of the Services of manifests. */
  readonly uncompiled: readonly Uncompiled[];
  /** Those that it serves or refuses, and of manifests all. */
  readonly services: KnownServices;
  readonly nodeAddresses: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a name on the command line stands for. */
export const kindOfSide = (name: string): DiffSide['kind'] =>
  name === 'live' || name === 'cluster' ? name : name.endsWith('.nft') ? 'ruleset' : 'manifests';

/** Flags and paths under which a side that is compiled is read. */
export const sideInput = (name: string, flags: CompileFlags) =>
  kindOfSide(name) === 'cluster'
    ? { flags: { ...flags, fromCluster: true }, paths: [] }
    : { flags, paths: [name] };

/** Flags that say which cluster, where none is asked for. */
export const clusterFlagProblem = (
  names: readonly string[],
  { kubeconfig, context }: CompileFlags,
): string | undefined =>
  (kubeconfig ?? context) === undefined || names.includes('cluster')
    ? undefined
    : "--kubeconfig and --context are for the side 'cluster'";

/**
 * `live` is the kernel's, `cluster` what the API server lists, a file that ends in `.nft` a golden
 * ruleset, anything else manifests.
 */
export async function loadDiffSide(
  name: string,
  flags: CompileFlags,
  terminal: Terminal,
): Promise<DiffSide> {
  const kind = kindOfSide(name);
  if (kind === 'live') return liveSide(terminal);
  if (kind === 'ruleset') {
    const { subject, diagnostics } = await subjectFromRuleset(name, flags);
    const nodeAddresses = [...(subject?.host.addresses ?? [])];
    const services = servicesOfRuleset(subject?.ruleset ?? { tables: [] });
    return {
      ...{ name, kind, ruleset: subject?.ruleset, services, nodeAddresses, diagnostics },
      uncompiled: [],
    };
  }
  const { nodeFacts } = await import('../plan/node-facts.ts');
  const input = sideInput(name, flags);
  const { output, diagnostics, uncompiled } = await compileInput(
    input.flags,
    input.paths,
    terminal,
    sideDemands,
  );
  if (output === undefined)
    return {
      ...{ name, kind, ruleset: undefined, uncompiled, services: new Map(), diagnostics },
      nodeAddresses: [],
    };
  const { cluster, settings, plan, ruleset } = output;
  const nodeAddresses = [
    ...settings.nodeIPs.map(({ text }) => text),
    ...(nodeFacts(cluster, settings).node?.addresses ?? []),
  ];
  const services = servicesOfCluster(cluster);
  return { name, kind, ruleset, plan, uncompiled, services, nodeAddresses, diagnostics };
}

/** A kernel without natc's tables holds the empty ruleset. */
async function liveSide(terminal: Terminal): Promise<DiffSide> {
  const { nameCapabilities } = await import('../live/capabilities.ts');
  const { listKernelRuleset } = await import('../live/kernel-ruleset.ts');
  const { localAddresses } = await import('../live/local-addresses.ts');
  const host = await thisHost(terminal);
  const { ruleset, diagnostics } = await listKernelRuleset(host, ['ip', 'ip6']);
  const isAbsent = diagnostics.some(({ code }) => code === 'NATC5031');
  return {
    name: 'live',
    kind: 'live',
    ruleset: isAbsent ? { tables: [] } : hasErrors(diagnostics) ? undefined : ruleset,
    uncompiled: [],
    services: servicesOfRuleset(ruleset ?? { tables: [] }),
    nodeAddresses: [...(await localAddresses(host))],
    diagnostics: isAbsent ? [] : await nameCapabilities(host, diagnostics),
  };
}
