import { loadBackend } from '../../backends/table.ts';
import type { WrittenSide } from '../../complete.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import type { SourceObject } from '../../diagnostics/source.ts';
import { counted } from '../../diagnostics/summary.ts';
import type { NodeDiff, NodesDiff } from '../../diff/nodes/node-groups.ts';
import { onlyShown } from '../../diff/not-shown.ts';
import type { FoundRisk } from '../../diff/risks/collect.ts';
import type { NodesComparison } from '../../diff-nodes.ts';
import type { CompileOptions } from '../../options.ts';
import { deliver } from '../deliver.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitWithoutOutput, listInputs } from '../input/cluster-input.ts';
import {
  type CompileInput,
  readCompileInput,
  readFindings,
  sideDemands,
} from '../input/compile-input.ts';
import { completeSides } from '../input/completion.ts';
import { takingEmpty, takingWorkloads } from '../input/empty-side.ts';
import { saidOfSides } from '../input/excluded-in-vain.ts';
import { withoutIgnored } from '../input/ignores.ts';
import { isNode, readNodes } from '../input/nodes-option.ts';
import { ofNoNode, oneNodeFlagProblem } from '../input/one-node-flags.ts';
import { printDiagnostics } from '../messages/messages.ts';
import { workflowCommands } from '../messages/safe-terminal.ts';
import {
  isSelected,
  joinServices,
  selectionFindings,
  selectionOf,
  servicesOfObjects,
} from '../selection/selection.ts';
import { commandClock } from '../stage-clock.ts';
import type { Terminal } from '../terminal.ts';
import { clusterFlagProblem, kindOfSide, sideInput } from './load-sides.ts';
import { isOnOld, layDiff } from './on-base.ts';
import type { DiffFlags } from './options.ts';
import { cannotDiff, dataPalette } from './run.ts';
import { tellingOf } from './told.ts';

type Names = readonly [before: string, after: string];

/**
 * `natc diff OLD NEW --all-nodes`: what changes on each node that both sides have, told once for all
 * nodes of which the same is to be told. A side without Node objects has those of the other: the
 * manifests under review hold Services, a dump of the cluster its nodes.
 */
export async function diffAllNodes(
  names: Names,
  flags: DiffFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const misuse = misuseOf(names, flags);
  if (misuse !== undefined) return cannotDiff(misuse, terminal);
  const clock = commandClock(flags, terminal);
  const isLaid = isOnOld([kindOf(names[0]), kindOf(names[1])], flags);
  const list = () => listInputs(flags, undefined, isLaid);
  const readInput = (name: string) => {
    const side = sideInput(name, flags);
    return readCompileInput(side.flags, side.paths, clock, sideDemands, list);
  };
  const input = await readInput(names[0]);
  const written = [
    await readSide(input),
    await readSide(await readInput(names[1]), isLaid),
  ] as const;
  const given = flags.nodes === undefined ? undefined : await readNodes(flags.nodes, flags.exclude);
  const laid = input.completes
    ? await layDiff(
        written.map((side, index) => ({ ...side, kind: kindOf(names[index]) })),
        { ...flags, isOnOld: isLaid },
        ofNoNode(input.effective.options),
      )
    : [];
  const sides = laid.length > 0 ? laid : written;
  const read = [
    ...saidOfSides(written, () => true),
    ...[...laid, given].flatMap((side) => side?.diagnostics ?? []),
  ];
  if (hasErrors(read)) {
    await printDiagnostics(read, flags, terminal);
    return exitWithoutOutput(read);
  }
  const [old, next] = sides.map(({ objects, ...rest }) => ({
    ...rest,
    nodes: given?.objects ?? objects.filter(isNode),
    objects: objects.filter((object) => !isNode(object)),
  }));
  if (old === undefined || next === undefined) throw new Error('two sides');
  if (old.nodes.length === 0 && next.nodes.length === 0)
    return cannotDiff(
      given === undefined
        ? '--all-nodes: neither side holds a Node object; name a file of them with --nodes'
        : '--nodes: there is no Node object',
      terminal,
    );
  const { compareNodes } = await import('../../diff-nodes.ts');
  const { groupNodes, isSameOnAllNodes } = await import('../../diff/nodes/node-groups.ts');
  const whole = [
    { ...old, objects: [...old.objects, ...(old.nodes.length > 0 ? old.nodes : next.nodes)] },
    { ...next, objects: [...next.objects, ...(next.nodes.length > 0 ? next.nodes : old.nodes)] },
  ] as const;
  const completed = input.completes
    ? await completeSides(whole, ofNoNode(input.effective.options), flags)
    : [];
  for (const { objects } of completed) await withoutIgnored(input.ignores, objects, []);
  const compareTraffic = await (await loadBackend(flags.backend)).compareTraffic();
  const compared = clock.run('model', () =>
    compareNodes({
      before: completed[0]?.objects ?? whole[0].objects,
      after: completed[1]?.objects ?? whole[1].objects,
      ...(completed.length > 0 && { written: [whole[0].objects, whole[1].objects] as const }),
      options: ofNoNode(input.effective.options),
      optionPlaces: input.optionPlaces,
      compareTraffic,
      isMapped: flags.output === 'html',
    }),
  );
  const selection = selectionOf(flags, flags.service);
  const services = joinServices(...sides.map(({ objects }) => servicesOfObjects(objects)));
  const findings = selection === undefined ? [] : selectionFindings(selection, services);
  const found = [
    ...read,
    ...completed.flatMap(({ diagnostics }) => diagnostics),
    ...compared.diagnostics,
    ...findings,
  ];
  const shown = selection && ((service: string) => isSelected(selection, service, services));
  const { invented, tell } = tellingOf(completed, flags);
  const { acceptanceOf, judging } = await import('./accepted-risks.ts');
  const acceptance = acceptanceOf(whole[0].objects, whole[1].objects, flags);
  const risks: FoundRisk[] = [];
  const grouped = clock.run('nodes', () =>
    groupNodes(tell(shownOnly(judging(noting(compared.diffs, found), acceptance, risks), shown))),
  );
  const gaps = await gapsOf(compared.uncompiled, flags);
  const complaints = acceptance.complaints(true);
  await printDiagnostics([...found, ...gaps.diagnostics, ...complaints], flags, terminal);
  if (hasErrors(found)) return exitCodes.cannotAnswer;
  const { onlyBefore, onlyAfter } = compared;
  const { notCompared } = gaps;
  const diff: NodesDiff = { ...grouped, onlyBefore, onlyAfter, notCompared, invented };
  const { options } = input.effective;
  const text = await formatNodes(diff, names, {
    ...{ flags, terminal, options: ofNoNode(options) },
    addresses: compared.addresses,
  });
  const delivered = await deliver(text, flags.outFile, flags, terminal);
  if (delivered !== exitCodes.success) return delivered;
  const { failsAt } = await import('../../diff/risks/gate.ts');
  const covered = { isSame: isSameOnAllNodes(diff), isCovered: notCompared.length === 0 };
  return failsAt(flags.failOnRisk, risks, covered) ? exitCodes.no : exitCodes.success;
}

/** What the comparison does not cover on any node, and what is to be said of it. */
async function gapsOf(
  uncompiled: NodesComparison['uncompiled'],
  { ignoring }: DiffFlags,
): Promise<Pick<NodesDiff, 'notCompared'> & { readonly diagnostics: readonly Diagnostic[] }> {
  const { heardUncompiled, sayUncompiled, unknownEndpoints } = await import(
    '../../plan/uncompiled.ts'
  );
  const { notCompared } = await import('../../diff/not-compared.ts');
  const doubts = unknownEndpoints(uncompiled.flat());
  const heard = ignoring?.silence(doubts) ?? doubts;
  const [before, after] = uncompiled.map((side) => heardUncompiled(side, heard));
  if (before === undefined || after === undefined) throw new Error('two sides');
  return {
    notCompared: notCompared(before, after),
    diagnostics: [...heard, ...sayUncompiled([...before, ...after])],
  };
}

function misuseOf(names: Names, flags: DiffFlags): string | undefined {
  if (flags.allNodes !== true) return '--nodes needs --all-nodes';
  const { view } = flags;
  if (view !== 'traffic')
    return `--all-nodes has no --view ${view}: give one node with --node-name, or compare what natc compile --all-nodes writes`;
  const other = names.find((name) => ['live', 'ruleset', 'kube-proxy'].includes(kindOfSide(name)));
  if (other !== undefined)
    return `--all-nodes compares manifests, and "${other}" is ${other.endsWith('.nft') ? "one node's ruleset" : "the kernel's ruleset"}`;
  if ([...names, ...(flags.nodes ?? [])].filter((name) => name === '-').length > 1)
    return 'stdin can be named only once';
  return clusterFlagProblem(names, flags) ?? oneNodeFlagProblem(flags);
}

const kindOf = (name: string | undefined) => (name === 'cluster' ? 'cluster' : 'manifests');

interface ReadObjects {
  readonly joining?: WrittenSide['joining'];
  /** That may make pods. */
  readonly others: readonly SourceObject[];
  readonly objects: readonly SourceObject[];
  readonly diagnostics: readonly Diagnostic[];
}

/** @param isLaid whether the side is laid on the other one */
async function readSide(
  { inputs, effective, diagnostics, clock, ignores, completes, completion }: CompileInput,
  isLaid = false,
): Promise<ReadObjects> {
  const { readObjects } = await import('../../read/read.ts');
  const read = clock.run('read', () => readObjects(inputs, undefined, completes));
  // As much as the objects, and nobody needs it any more.
  inputs.length = 0;
  const found = takingWorkloads(
    takingEmpty(readFindings(read, effective.options)),
    isLaid || typeof completion.base === 'string',
    read.others,
  );
  const all = [...diagnostics, ...found];
  const { heard } = await withoutIgnored(ignores, read.objects, all);
  return { objects: read.objects, others: read.others, diagnostics: heard };
}

/** What somebody wants to see of each node. */
function* shownOnly(
  items: Iterable<NodeDiff>,
  isShown: ((service: string) => boolean) | undefined,
): Iterable<NodeDiff> {
  for (const item of items) {
    yield isShown === undefined ? item : { ...item, diff: onlyShown(item.diff, isShown) };
  }
}

/** Adds what each item says to `found` as it goes by. */
function* noting<T extends { readonly diagnostics: readonly Diagnostic[] }>(
  items: Iterable<T>,
  found: Diagnostic[],
): Iterable<T> {
  for (const item of items) {
    found.push(...item.diagnostics);
    yield item;
  }
}

interface Formatting {
  readonly flags: DiffFlags;
  readonly terminal: Terminal;
  readonly options: CompileOptions;
  readonly addresses: NodesComparison['addresses'];
}

async function formatNodes(
  diff: NodesDiff,
  [before, after]: Names,
  { flags, terminal, options, addresses }: Formatting,
): Promise<string> {
  const { locate } = await import('../../read/locate.ts');
  const names = { before, after };
  const details = flags.details === true;
  switch (flags.output) {
    case 'text': {
      const { formatNodesText } = await import('../../diff/nodes/format-text.ts');
      return formatNodesText(diff, names, {
        palette: dataPalette(flags, terminal),
        locate,
        details,
      });
    }
    case 'json':
      return (await import('../../diff/nodes/format-json.ts')).formatNodesJson(diff, locate);
    case 'markdown':
      return (await import('../../diff/nodes/format-markdown.ts')).formatNodesMarkdown(
        diff,
        names,
        locate,
        details,
      );
    case 'github':
      return workflowCommands(
        (await import('../../diff/nodes/format-github.ts')).formatNodesGithub(
          diff,
          names,
          locate,
          details,
        ),
      );
    case 'html': {
      const { formatNodesHtml } = await import('../../diff/nodes/format-html.ts');
      const { reportFacts } = await import('./report-facts.ts');
      const { nodeCount } = await import('../../diff/nodes/wording.ts');
      const node = counted(nodeCount(diff), 'node');
      const facts = reportFacts(
        { node, addresses: { of: 'several', byNode: addresses }, options },
        flags,
        terminal.environment,
      );
      return formatNodesHtml(diff, { ...names, facts, locate });
    }
  }
}
