import { type Invented, nothingInvented } from '../../allocate/invented.ts';
import { loadBackend } from '../../backends/table.ts';
import { prepareCluster } from '../../compile.ts';
import type { CompletedSide } from '../../complete.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { type Uncompiled, uncompiledServices } from '../../plan/uncompiled.ts';
import { compiledSubject } from '../../reach/compiled.ts';
import type { SurveySubject } from '../../reach/survey.ts';
import { isOnOld, layDiff } from '../diff/on-base.ts';
import type { LaidSide } from '../input/base.ts';
import { inputPaths, readFindings } from '../input/compile-input.ts';
import { completeSides } from '../input/completion.ts';
import { takingWorkloads } from '../input/empty-side.ts';
import { withoutIgnored } from '../input/ignores.ts';
import { isNode, type NodesFlags, readNodes } from '../input/nodes-option.ts';
import { ofNoNode, oneNodeFlagProblem } from '../input/one-node-flags.ts';
import type { Terminal } from '../terminal.ts';
import type { SubjectFlags } from './options.ts';
import type { OpenedManifests } from './subject.ts';

/** One side, node by node. */
export interface NodeSubjects {
  /** Sorted; empty where there is no Node object, or an error. */
  readonly names: readonly string[];
  /** What the node of that name gets; undefined where planning for it ended in an error. */
  readonly subjectOf: (name: string) => SurveySubject | undefined;
  /** What there is to say of the nodes that were asked for by now: what is the same for several once. */
  readonly diagnostics: () => readonly Diagnostic[];
  readonly uncompiled: readonly Uncompiled[];
  readonly invented: Invented;
}

/** What speaks against asking for each node; undefined where nothing does. */
export function nodesProblem(
  flags: SubjectFlags & NodesFlags,
  terminal: Terminal,
): string | undefined {
  if (flags.allNodes !== true) return '--nodes needs --all-nodes';
  if (flags.live === true || flags.ruleset !== undefined)
    return `--all-nodes asks manifests, and ${flags.live === true ? '--live is the kernel' : '--ruleset the ruleset'} of one node`;
  const paths = [...(inputPaths(flags, terminal) ?? []), ...(flags.nodes ?? [])];
  if (paths.filter((path) => path === '-').length > 1) return 'stdin can be named only once';
  return oneNodeFlagProblem(flags);
}

/**
 * Makes what was opened ready to be compiled for each node. A side without Node objects has those of the other, as in
 * natc diff --all-nodes, and those of --nodes stand in place of all.
 *
 * @param opened the side that is asked about, after the one that it is compared with, if any
 */
export async function closeNodeSubjects(
  opened: readonly OpenedManifests[],
  flags: SubjectFlags & NodesFlags,
): Promise<readonly NodeSubjects[]> {
  const [first] = opened;
  if (first === undefined) return [];
  const { completes, effective } = first.input;
  const options = ofNoNode(effective.options);
  const given = flags.nodes === undefined ? undefined : await readNodes(flags.nodes, flags.exclude);
  const kinds = opened.map(({ input }) => (input.listedByNatc ? 'cluster' : 'manifests'));
  const [old = 'manifests', next] = kinds;
  const isLaid = next !== undefined && isOnOld([old, next], flags);
  const written = opened.map(({ written: { result } }) => result);
  const laid: readonly LaidSide[] = completes
    ? await layDiff(
        written.map((side, index) => ({ ...side, kind: kinds[index] ?? 'manifests' })),
        { ...flags, isOnOld: isLaid },
        options,
      )
    : written.map(({ objects, others }) => ({ objects, others, diagnostics: [] }));
  const owned = laid.map(({ objects }) => given?.objects ?? objects.filter(isNode));
  const some = owned.find((nodes) => nodes.length > 0) ?? [];
  const whole = laid.map((side, index) => ({
    ...side,
    objects: [
      ...side.objects.filter((object) => !isNode(object)),
      ...((owned[index] ?? []).length === 0 ? some : (owned[index] ?? [])),
    ],
  }));
  const completed = completes ? await completeSides(whole, options, flags) : [];
  const sides = opened.map((each, index) =>
    compileSide(
      each,
      whole[index],
      completed[index],
      index === 0 ? (given?.diagnostics ?? []) : [],
    ),
  );
  return Promise.all(sides);
}

async function compileSide(
  { input, written, backend }: OpenedManifests,
  whole: LaidSide | undefined,
  completed: CompletedSide | undefined,
  ofNodes: readonly Diagnostic[],
): Promise<NodeSubjects> {
  const { effective, optionPlaces, completion, ignores } = input;
  const { heardUncompiled, sayUncompiled, unknownEndpoints } = await import(
    '../../plan/uncompiled.ts'
  );
  const answersOf = await (await loadBackend(backend)).answers();
  const objects = completed?.objects ?? whole?.objects ?? [];
  const prepared = prepareCluster(objects, ofNoNode(effective.options), { optionPlaces });
  const { forNode, cluster, settings } = prepared;
  const partly = forNode === undefined ? [] : uncompiledServices(objects, cluster, settings);
  const found = [
    ...input.diagnostics,
    ...ofNodes,
    ...takingWorkloads(
      readFindings(written.result, effective.options),
      typeof completion.base === 'string',
      written.result.others,
    ),
    ...(whole?.diagnostics ?? []),
    ...(completed?.diagnostics ?? []),
    ...prepared.diagnostics,
    ...unknownEndpoints(partly),
  ];
  const { heard } = await withoutIgnored(ignores, objects, found);
  const uncompiled = heardUncompiled(partly, heard);
  const told = [...heard, ...sayUncompiled(uncompiled)];
  const known = new Set(told.map(identity));
  return {
    names: hasErrors(told) ? [] : prepared.nodeNames,
    subjectOf: (name) => {
      const { diagnostics = [], output } = forNode?.(name) ?? {};
      const news = diagnostics.filter((each) => !known.has(identity(each)));
      for (const each of news) known.add(identity(each));
      told.push(...(ignores.ignoring?.silence(news) ?? news));
      return output && compiledSubject(output, answersOf);
    },
    diagnostics: () => told,
    uncompiled,
    invented: completed?.invented ?? nothingInvented,
  };
}

const identity = ({ code, message }: Diagnostic): string => `${code} ${message}`;
