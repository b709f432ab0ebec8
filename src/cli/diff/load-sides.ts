import type { CompletedSide } from '../../complete.ts';
import { hasErrors } from '../../diagnostics/diagnostic.ts';
import { subjectFromRuleset } from '../explain/subject.ts';
import { thisHost } from '../host.ts';
import { listInputs } from '../input/cluster-input.ts';
import {
  type CompileInput,
  compileWritten,
  readCompileInput,
  readWritten,
  sideDemands,
  type WrittenInput,
} from '../input/compile-input.ts';
import { completeSides } from '../input/completion.ts';
import { isListing, kubeProxyWord } from '../kube-proxy/listing-input.ts';
import { servicesOfCluster, servicesOfRuleset } from '../selection/selection.ts';
import type { CompileFlags } from '../shared-options.ts';
import { commandClock } from '../stage-clock.ts';
import type { Terminal } from '../terminal.ts';
import { isOnOld, layDiff } from './on-base.ts';
import type { DiffFlags } from './options.ts';
import type { DiffSide } from './side.ts';

/** What a name on the command line stands for; a file may turn out to be a listing of kube-proxy's rules. */
export const kindOfSide = (name: string): DiffSide['kind'] =>
  name === 'live' || name === 'cluster' || name === kubeProxyWord
    ? name
    : name.endsWith('.nft')
      ? 'ruleset'
      : 'manifests';

/** Flags and paths under which a side that is compiled is read. */
export const sideInput = (name: string, flags: CompileFlags) =>
  kindOfSide(name) === 'cluster'
    ? { flags: { ...flags, fromCluster: true }, paths: [] }
    : { flags, paths: [name] };

/** Flags that say which cluster, where none is asked for. */
export const clusterFlagProblem = (
  names: readonly string[],
  { kubeconfig, context, base }: CompileFlags,
): string | undefined =>
  (kubeconfig ?? context) === undefined || [...names, base].includes('cluster')
    ? undefined
    : "--kubeconfig and --context are for the side 'cluster'";

/**
 * Both sides. `live` is what natc has in the kernel, `kube-proxy` what a kube-proxy has there, `cluster` what the
 * API server lists, a file with a listing of a kube-proxy's rules that, a file that ends in `.nft` a golden
 * ruleset, anything else manifests. What the control plane would do to manifests is done to the new side as to an
 * update of the old one, so that what natc makes up is no difference in itself.
 */
export async function loadDiffSides(
  names: readonly [before: string, after: string],
  flags: DiffFlags,
  terminal: Terminal,
): Promise<readonly [DiffSide, DiffSide]> {
  const isBase = isOnOld([kindOfSide(names[0]), kindOfSide(names[1])], flags);
  const old = await openSide(names[0], flags, terminal, isBase);
  const next = await openSide(names[1], flags, terminal);
  const isLaid = isOnOld([old.kind, next.kind], flags);
  const opened = [old, isLaid && isOpen(next) ? onBase(next, names[0]) : next] as const;
  const completing = opened.filter((side) => isOpen(side)).filter(({ input }) => input.completes);
  const [first] = completing;
  if (first === undefined) return [await closeSide(opened[0]), await closeSide(opened[1])];
  const { options } = first.input.effective;
  const laid = await layDiff(
    completing.map(({ kind, written }) => ({ kind, ...written.result })),
    { ...flags, isOnOld: isLaid },
    options,
  );
  const completed = await completeSides(laid, options, flags);
  const close = (side: OpenedSide) => {
    const index = isOpen(side) ? completing.indexOf(side) : -1;
    const own = completed[index];
    const found = [...(laid[index]?.diagnostics ?? []), ...(own?.diagnostics ?? [])];
    return closeSide(side, own && { ...own, diagnostics: found });
  };
  return [await close(opened[0]), await close(opened[1])];
}

/** A side whose objects are read and not compiled yet, or one that needs no compiling. */
type OpenedSide = DiffSide | OpenSide;

interface OpenSide {
  readonly name: string;
  readonly kind: 'manifests' | 'cluster';
  readonly input: CompileInput;
  readonly written: WrittenInput;
}

/** As if `--base` had named the other side. */
const onBase = (side: OpenSide, base: string): OpenSide => ({
  ...side,
  input: { ...side.input, completion: { ...side.input.completion, base } },
});

const isOpen = (side: OpenedSide): side is OpenSide => 'written' in side;

/** @param isBase whether the other side is laid on it */
async function openSide(
  name: string,
  flags: CompileFlags,
  terminal: Terminal,
  isBase = false,
): Promise<OpenedSide> {
  const kind = kindOfSide(name);
  if (kind === 'live') return liveSide(terminal);
  if (kind === 'kube-proxy' || (kind !== 'cluster' && (await isListing(name)))) {
    const { listingSide } = await import('../kube-proxy/listing-side.ts');
    return listingSide(name, flags, terminal);
  }
  if (kind === 'ruleset') {
    const { subject, diagnostics, invented, nodeName } = await subjectFromRuleset(name, flags);
    const nodeAddresses = [...(subject?.host.addresses ?? [])];
    const services = servicesOfRuleset(subject?.ruleset ?? { tables: [] });
    return {
      ...{ name, kind, ruleset: subject?.ruleset, services, nodeAddresses, diagnostics },
      ...(invented !== undefined && { invented }),
      ...(nodeName !== undefined && { nodeName }),
      uncompiled: [],
    };
  }
  const side = sideInput(name, flags);
  const clock = commandClock(flags, terminal);
  const list = () => listInputs(flags, undefined, isBase);
  const input = await readCompileInput(side.flags, side.paths, clock, sideDemands, list);
  return { name, kind, input, written: await readWritten(input) };
}

async function closeSide(side: OpenedSide, completed?: CompletedSide): Promise<DiffSide> {
  if (!isOpen(side)) return side;
  const { nodeFacts } = await import('../../plan/node-facts.ts');
  const { name, kind, input, written } = side;
  const { output, diagnostics, uncompiled } = await compileWritten(input, written, completed);
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
  const compiled = {
    ...{ name, kind, ruleset, plan, uncompiled, services, nodeAddresses, diagnostics },
    known: { cluster, settings, ...(completed && { written: written.result.objects }) },
    nodeName: settings.nodeName,
    options: input.effective.options,
  };
  return completed === undefined ? compiled : { ...compiled, completed };
}

/** A kernel without natc's tables holds the empty ruleset. */
async function liveSide(terminal: Terminal): Promise<DiffSide> {
  const { nameCapabilities } = await import('../../host/machine/capabilities.ts');
  const { listKernelRuleset } = await import('../../nftables/host/kernel-ruleset.ts');
  const { localAddresses } = await import('../../host/machine/local-addresses.ts');
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
