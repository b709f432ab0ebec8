import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { counted } from '../diagnostics/summary.ts';
import { decode } from './decode.ts';
import { readDocuments } from './documents.ts';
import { chartTemplates, foreignFiles, isForeign } from './foreign.ts';
import type { Input } from './inputs.ts';
import type { KindTable } from './kinds.ts';
import { addObjects, type ObjectCollector } from './objects.ts';
import { limitSize } from './size-limits.ts';
import { watchEventsProblem } from './watch-events.ts';

export interface ReadResult {
  /** Objects of the kinds natc uses, in input order. */
  readonly objects: readonly SourceObject[];
  /** Kinds that natc does not use, with how many objects of each were skipped. */
  readonly skipped: ReadonlyMap<string, number>;
  readonly diagnostics: readonly Diagnostic[];
  /**
   * Those of the diagnostics that each concern one object, which is left out, while all others are read
   * whole. Empty where nothing at all was read beside them.
   */
  readonly leftOut: ReadonlySet<Diagnostic>;
  /** Warnings of texts that may lack their end; not among the diagnostics, since all that is there was read. */
  readonly cutOff: readonly Diagnostic[];
  /** Files that lay in a directory and are no manifests; among the diagnostics as a note. */
  readonly foreign: readonly string[];
  /** Objects of other kinds that may make pods, where somebody asked for them; among the skipped ones too. */
  readonly others: readonly SourceObject[];
}

/**
 * Reads the Kubernetes objects out of every input: Service, Endpoints, Node (v1), EndpointSlice
 * (discovery.k8s.io/v1) and KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1), single or in
 * Lists, from YAML (scalars as kubectl reads them), JSON or streams of either. Other kinds are
 * counted. What cannot be read is reported, and everything else is still read.
 *
 * @param kinds what to read instead, e.g. of a configuration file; that there is none is then no problem here
 * @param takesOthers whether to keep objects of other kinds that may make pods
 */
export function readObjects(
  inputs: readonly Input[],
  kinds?: KindTable,
  takesOthers = false,
): ReadResult {
  const diagnostics: Diagnostic[] = [];
  const collector: ObjectCollector = {
    objects: [],
    skipped: new Map(),
    problems: diagnostics,
    leftOut: new Set(),
    watchEvents: new Map(),
    ...(kinds !== undefined && { kinds }),
    ...(takesOthers && { others: [] }),
  };
  const empty: string[] = [];
  const doubts: Diagnostic[] = [];
  const foreign: string[] = [];
  const templates: string[] = [];
  for (const input of inputs) {
    const source = decode(input);
    if ('code' in source) diagnostics.push(source);
    else if (source.text.trim() === '') empty.push(input.name);
    else if (input.found === 'in a chart' && source.text.includes('{{')) templates.push(input.name);
    else {
      const read = readDocuments(source);
      if (input.found !== undefined && isForeign(source, read)) {
        foreign.push(input.name);
        continue;
      }
      const { documents, problems, ofItems, cutOff } = read;
      if (cutOff !== undefined) doubts.push(cutOff);
      for (const problem of problems) diagnostics.push(problem);
      for (const problem of ofItems) collector.leftOut.add(problem);
      for (const document of documents) addObjects(collector, source, document);
    }
  }
  for (const events of collector.watchEvents.values()) diagnostics.push(watchEventsProblem(events));
  if (foreign.length > 0) diagnostics.push(foreignFiles(foreign));
  if (templates.length > 0) diagnostics.push(chartTemplates(templates));
  const { objects, skipped, leftOut } = collector;
  const isAllEmpty = empty.length > 0 && empty.length === inputs.length;
  for (const name of empty) diagnostics.push(emptyInput(name, isAllEmpty ? 'error' : 'warning'));
  const isLacking = kinds === undefined && objects.length === 0 && inputs.length > 0;
  if (isLacking && !diagnostics.some(isError)) {
    diagnostics.push(noObjects(inputs, skipped, foreign.length));
  }
  const { fitting, oversized, problem } = limitSize(objects);
  for (const each of oversized) {
    diagnostics.push(each);
    leftOut.add(each);
  }
  if (problem !== undefined) {
    const all = [...diagnostics, problem];
    const none = { objects: [], others: [], leftOut: new Set<Diagnostic>() };
    return { ...none, skipped, diagnostics: all, cutOff: doubts, foreign };
  }
  const isAnythingRead = fitting.length + skipped.size > 0;
  const left = isAnythingRead ? leftOut : new Set<Diagnostic>();
  const { others = [] } = collector;
  return { objects: fitting, skipped, diagnostics, leftOut: left, cutOff: doubts, foreign, others };
}

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

function emptyInput(name: string, severity: 'error' | 'warning'): Diagnostic {
  return {
    code: 'NATC1004',
    severity,
    message: `${name} is empty`,
    places: [{ kind: 'file', name }],
    hint: 'did the command that should have written it fail?',
  };
}

function noObjects(
  inputs: readonly Input[],
  skipped: ReadonlyMap<string, number>,
  foreign: number,
): Diagnostic {
  const others = [...skipped].map(([kind, count]) => `${count} ${kind}`);
  if (foreign > 0) others.push(`${counted(foreign, 'file')} without Kubernetes objects`);
  const found = others.length > 0 ? `, only ${listShort(others)}` : '';
  return {
    code: 'NATC1005',
    severity: 'error',
    message: `no Service, Endpoints, EndpointSlice, Node or KubeProxyConfiguration found${found}`,
    places: inputs.slice(0, 3).map(({ name }) => ({ kind: 'file', name })),
    hint: 'e.g. `kubectl get services,endpointslices -A -o json | natc compile`',
  };
}

const listShort = (words: readonly string[]): string =>
  words.length > 4 ? `${words.slice(0, 4).join(', ')}, ...` : words.join(', ');
