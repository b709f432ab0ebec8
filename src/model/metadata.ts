import { quote } from '../diagnostics/quote.ts';
import { sayClosed } from './fail-closed.ts';
import { at, atKey, type Fields, label, rawField, refuseMissing } from './fields.ts';
import { metadataFields } from './known-fields.ts';
import { checkAnnotations, checkLabels, labelValue, rawMapping } from './labels.ts';
import { labelRule, type NameRule, readName } from './names.ts';
import { checkOwnership } from './ownership.ts';
import { readTimestamp } from './seniority.ts';
import { checkFields } from './shapes.ts';
import { integerField, mapField, stringField, wholeNumbers } from './typed-fields.ts';

const atLeastZero = { ...wholeNumbers.int64, first: 0 };

export interface Metadata {
  /** `default` when unset; '' for kinds without a namespace. */
  readonly namespace: string;
  /** What an object is called that has no name yet is no valid name. */
  readonly name: string;
  /** Else the API server will make a name, and until then the object cannot be told apart. */
  readonly hasName: boolean;
  /** Milliseconds since 1970; undefined when missing or unreadable. */
  readonly createdAt: number | undefined;
  readonly labels: Fields | undefined;
  readonly annotations: Fields | undefined;
}

/** What an object that has no name is read as: a whole one, so that everything in it is checked. */
export interface MaybeNamed {
  readonly hasName: boolean;
}

/**
 * Reads what identifies an object, and checks the rest of its metadata.
 *
 * @returns undefined when that cannot be told, which has then been reported.
 */
export function readMetadata(
  root: Fields,
  nameRule: NameRule,
  scope: 'namespaced' | 'cluster',
): Metadata | undefined {
  refuseRepeated(root);
  const metadata = mapField(root, 'metadata');
  if (metadata === undefined) {
    if (rawField(root, 'metadata') === undefined) refuseMissing(root, 'metadata');
    return undefined;
  }
  checkFields(metadata, metadataFields);
  checkLabels(metadata, 'labels', 'label');
  checkAnnotations(metadata);
  checkOwnership(metadata);
  // The API server counts the generations of a slice itself, whatever is given.
  const isCounted = root.object.kind === 'EndpointSlice';
  integerField(metadata, 'generation', isCounted ? wholeNumbers.int64 : atLeastZero);
  const name = readObjectName(metadata, nameRule);
  const namespace = readNamespace(metadata, scope);
  if (name === undefined || namespace === undefined) return undefined;
  const labels = rawMapping(metadata, 'labels');
  const isHidden = labels === undefined && rawField(metadata, 'labels') !== undefined;
  // What a Node loses with its labels is its zone, and nothing gets in by that.
  if (isHidden && scope === 'namespaced') {
    sayClosed(
      metadata,
      ['labels'],
      'the object is left out: its labels may say that it is not for natc',
    );
    return undefined;
  }
  return {
    namespace,
    ...name,
    createdAt: readTimestamp(rawField(metadata, 'creationTimestamp')),
    labels,
    annotations: rawMapping(metadata, 'annotations'),
  };
}

/** Which proxy a Service is for; the label counts by its presence, the empty value included (S3). */
export const serviceProxyName = ({ labels }: Metadata): string | undefined =>
  labelValue(labels, 'service.kubernetes.io/service-proxy-name');

/**
 * Whether a label hides a slice from every proxy (S4). Since Kubernetes 1.36 the label means nothing
 * on a Service, and the label of S3 nothing on a slice.
 */
export const isLabelledHeadless = ({ labels }: Metadata): boolean =>
  labelValue(labels, 'service.kubernetes.io/headless') !== undefined;

/** `kubectl apply` refuses a field given twice; of YAML the reader does. */
function refuseRepeated(root: Fields): void {
  for (const path of root.object.repeated ?? []) {
    root.report.refuse(atKey(root, ...path), {
      code: 'NATC2124',
      message: `${label(path)} is given more than once, and the last one counts`,
      hint: 'remove all but one',
    });
  }
}

type Name = Pick<Metadata, 'name' | 'hasName'>;

function readObjectName(metadata: Fields, rule: NameRule): Name | undefined {
  const base = readGenerateName(metadata, rule);
  const text = stringField(metadata, 'name');
  if (text !== undefined && text !== '') {
    const name = readName(metadata, ['name'], text, rule);
    return name === undefined ? undefined : { name, hasName: true };
  }
  if (text === undefined && rawField(metadata, 'name') !== undefined) return undefined;
  if (base === '') return refuseMissing(metadata, 'name');
  if (base === undefined) return undefined;
  metadata.report.warn(at(metadata, 'generateName'), {
    code: 'NATC2113',
    message: `the object has no name, only generateName ${quote(base)}: it is checked, and nothing is set up for it`,
    hint: 'write a name, or compile what the API server holds',
  });
  return { name: `${base}?`, hasName: false };
}

/**
 * The beginning of a name, to which the API server adds five letters and digits: '' when unset, undefined when
 * refused. It is checked beside a name too.
 */
function readGenerateName(metadata: Fields, rule: NameRule): string | undefined {
  const base = stringField(metadata, 'generateName');
  if (base === undefined) return rawField(metadata, 'generateName') === undefined ? '' : undefined;
  if (base === '' || (rule.matches(base.replace(/.-$/, 'a')) && rule.matches(longestName(base))))
    return base;
  metadata.report.refuse(at(metadata, 'generateName'), {
    code: 'NATC2005',
    message: `generateName must be the beginning of ${rule.expected}, got ${quote(base)}`,
  });
  return undefined;
}

/** Names that the API server makes have at most 63 characters. */
const longestName = (base: string): string => `${base.slice(0, 58)}x2x2x`;

/** The API server clears the namespace of what belongs to the whole cluster. */
function readNamespace(metadata: Fields, scope: 'namespaced' | 'cluster'): string | undefined {
  const text = stringField(metadata, 'namespace');
  if (scope === 'cluster') return '';
  if (text === undefined && rawField(metadata, 'namespace') !== undefined) return undefined;
  return (text ?? '') === '' ? 'default' : readName(metadata, ['namespace'], text ?? '', labelRule);
}
