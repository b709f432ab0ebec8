import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { isMapping } from '../diagnostics/mapping.ts';
import { quote } from '../diagnostics/quote.ts';
import type { FieldPath, SourceObject } from '../diagnostics/source.ts';
import { apiVersions, type KindTable } from './kinds.ts';
import { quoteText } from './span-error.ts';

export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return `the ${typeof value} \`${quoteText(String(value))}\``;
}

export function notAnObject(object: SourceObject, value: unknown, isItem: boolean): Diagnostic {
  return error(
    'NATC1030',
    `${isItem ? 'the item' : 'the document'} is ${describe(value)}, not a Kubernetes object`,
    object,
    [],
    Array.isArray(value)
      ? 'put the objects into a List: `kind: List`, `apiVersion: v1`, `items: [...]`'
      : 'is a colon missing, or is this no manifest?',
  );
}

export function missingKind(object: SourceObject, apiVersion: unknown, kind: unknown): Diagnostic {
  const wrong = kind === undefined || kind === null || kind === '' ? apiVersion : kind;
  const field = wrong === kind ? 'kind' : 'apiVersion';
  const missing = [
    ...(isAbsentValue(apiVersion) ? ['apiVersion'] : []),
    ...(isAbsentValue(kind) ? ['kind'] : []),
  ];
  if (missing.length === 0) {
    const bad = typeof kind === 'string' ? 'apiVersion' : 'kind';
    const value = object.value[bad];
    return error('NATC1031', `${bad} must be a string, got ${describe(value)}`, object, [bad]);
  }
  return error(
    'NATC1031',
    `the object has no ${missing.join(' and no ')}`,
    object,
    missing.length === 1 ? [field] : [],
    missingKindHint(object, missing),
  );
}

export const isAbsentValue = (value: unknown): boolean =>
  value === undefined || value === null || value === '';

function missingKindHint(object: SourceObject, missing: readonly string[]): string {
  if (/(?:^|[/\\])kustomization\.ya?ml$/.test(object.source.name)) {
    return 'give natc the output of `kubectl kustomize` instead of its input';
  }
  if (Array.isArray(object.value['items']) && !missing.includes('apiVersion')) {
    return 'kubectl prints `kind: List` after the items: is the input cut off?';
  }
  return 'is this a Kubernetes manifest? In a directory, files without a single object are passed over';
}

/**
 * One page of a list that the API server gave in pages (ListMeta): what it lacks would seem to be deleted.
 * Lists of kinds that natc does not use may lack what they will.
 */
export function incompleteList(list: SourceObject): Diagnostic | undefined {
  if (list.kind !== 'List' && !apiVersions.has(list.kind.slice(0, -'List'.length)))
    return undefined;
  const { metadata } = list.value;
  if (!isMapping(metadata)) return undefined;
  const { continue: token, remainingItemCount: remaining } = metadata;
  const isCut = typeof remaining === 'number' && remaining > 0;
  if (isAbsentValue(token) && !isCut) return undefined;
  const more = isCut ? `${remaining} more objects are` : 'more objects are';
  return error(
    'NATC1034',
    `this ${list.kind} is one page of a longer list: ${more} missing`,
    list,
    ['metadata', isAbsentValue(token) ? 'remainingItemCount' : 'continue'],
    'ask for all of it: kubectl get without --chunk-size does, and so does natc --from-cluster; over HTTP, follow metadata.continue',
  );
}

/** Its objects would be gone without a word. */
export function withoutItems(list: SourceObject): Diagnostic {
  const meant = Object.keys(list.value).find((key) => didYouMean(key, ['items']) !== undefined);
  return error(
    'NATC1033',
    `this ${list.kind} has no items`,
    list,
    meant === undefined ? ['kind'] : [meant],
    meant === undefined
      ? 'an empty one is written `items: []`'
      : `did you mean items where it says ${meant}?`,
  );
}

/** What an API server answers where it gives no list, as `curl` without --fail and `kubectl get -o json` write it. */
export const refusal = (object: SourceObject): Diagnostic =>
  error(
    'NATC1064',
    `the API server gave no list but a refusal: ${quote(object.value['message'])}`,
    object,
    [],
    'put right what it complains of, and look whether the command that asks succeeds',
  );

export function unsupported(object: SourceObject, kind: string, kinds: KindTable): Diagnostic {
  const [wanted = ''] = kinds.get(kind) ?? [];
  if (object.kind !== kind) {
    const message = `unknown kind "${quoteText(object.kind)}"`;
    return error('NATC1032', message, object, ['kind'], `write \`kind: ${kind}\``);
  }
  return error(
    'NATC1032',
    `${kind} of apiVersion "${quoteText(object.apiVersion)}" is not supported`,
    object,
    ['apiVersion'],
    `natc reads ${kind} of apiVersion ${wanted}`,
  );
}

export function error(
  code: Diagnostic['code'],
  message: string,
  object: SourceObject,
  path: FieldPath,
  hint?: string,
): Diagnostic {
  const place = { kind: 'field', object, path } as const;
  return { code, severity: 'error', message, places: [place], ...(hint !== undefined && { hint }) };
}
