/** Files among manifests that are none: values and templates of charts, workflows, settings of other programs. */

import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { isMapping } from '../diagnostics/mapping.ts';
import type { Source } from '../diagnostics/source.ts';
import type { Documents } from './documents.ts';
import { apiVersions } from './kinds.ts';
import { messageAmongKeys } from './kubectl-message.ts';
import { watchEventType } from './watch-events.ts';

/** Anything that could be the head of a Kubernetes object, however it is spelled. */
const head = /(?:^|[\s"'{,])(?:apiVersion|kind)["']?[ \t]*:/i;

/** Text without its end, and text in which another program speaks, may be what is left of manifests. */
const damaged: ReadonlySet<string> = new Set(['NATC1023', 'NATC1062']);

/**
 * Whether a text is no Kubernetes manifest for certain: nothing in it has an apiVersion and a kind, or could have
 * lost one of the two.
 */
export function isForeign(source: Source, { documents, problems }: Documents): boolean {
  if (problems.length > 0)
    return !problems.some(({ code }) => damaged.has(code)) && !head.test(source.text);
  return (
    documents.length > 0 &&
    documents.every(
      ({ value, extent }) =>
        isForeignValue(value) &&
        !(isMapping(value) && messageAmongKeys(source, value, extent.start) !== undefined),
    )
  );
}

function isForeignValue(value: unknown): boolean {
  if (Array.isArray(value)) return !value.some((item) => isMapping(item) && hasHead(item));
  if (!isMapping(value)) return true;
  if (watchEventType(value) !== undefined) return false;
  const { apiVersion, kind } = value;
  if (apiVersion === undefined && kind === undefined) return !hasHead(value) && !lostItsHead(value);
  // Anything but a text is a mistake that is told as such.
  if (kind === undefined)
    return isChart(value) || (typeof apiVersion === 'string' && !ourVersions.has(apiVersion));
  return apiVersion === undefined && typeof kind === 'string' && !ourKinds.has(kind.toLowerCase());
}

const hasHead = (value: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(value).some((key) => /^(?:apiversion|kind)$/i.test(key));

/** What an object, or a List that kubectl printed, looks like below its first lines. */
const lostItsHead = ({ metadata, ...rest }: Readonly<Record<string, unknown>>): boolean =>
  Array.isArray(rest['items']) ||
  (isMapping(metadata) && ['spec', 'subsets', 'endpoints'].some((key) => key in rest));

/** Helm's Chart.yaml of old has the apiVersion of Services. */
const isChart = ({ name, version, metadata, spec }: Readonly<Record<string, unknown>>): boolean =>
  name !== undefined && version !== undefined && metadata === undefined && spec === undefined;

const ourVersions: ReadonlySet<string> = new Set([...apiVersions.values()].flat());

const ourKinds: ReadonlySet<string> = new Set(
  ['List', ...apiVersions.keys()].flatMap((kind) => [
    kind.toLowerCase(),
    `${kind.toLowerCase()}list`,
  ]),
);

/** How many files a message names. */
const named = 3;

/** @param files at least one, not read because nothing in them is a Kubernetes object */
export const foreignFiles = (files: readonly string[]): Diagnostic => ({
  code: 'NATC1065',
  severity: 'note',
  message: `${listedFiles(files)} ${files.length === 1 ? 'is no Kubernetes manifest' : 'are no Kubernetes manifests'}: passed over`,
  places: files.map((name) => ({ kind: 'file', name })),
  hint: 'natc reads objects with an apiVersion and a kind; a file that is named itself is not passed over',
});

/** @param files at least one, not read because they lie in a chart and hold template actions */
export const chartTemplates = (files: readonly string[]): Diagnostic => ({
  code: 'NATC1066',
  severity: 'warning',
  message: `${listedFiles(files)} ${files.length === 1 ? 'is a template of a Helm chart' : 'are templates of a Helm chart'}: passed over`,
  places: files.slice(0, named).map((name) => ({ kind: 'file', name })),
  hint: 'give natc the output of `helm template`; --exclude leaves the templates out without a word',
});

function listedFiles(files: readonly string[]): string {
  if (files.length === 1) return files[0] ?? '';
  const rest = files.length - named;
  const some = files.slice(0, named).join(', ');
  return `${files.length} files (${rest > 0 ? `${some} and ${rest} more` : some})`;
}
