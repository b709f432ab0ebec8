import { sayClosed } from './fail-closed.ts';
import { type Fields, rawField, refuseMissing } from './fields.ts';
import { metadataFields } from './known-fields.ts';
import { labelRule, type NameRule, readName } from './names.ts';
import { readTimestamp } from './seniority.ts';
import { checkSpelling } from './spelling.ts';
import { mapField, stringField } from './typed-fields.ts';

export interface Metadata {
  /** `default` when unset; '' for kinds without a namespace. */
  readonly namespace: string;
  readonly name: string;
  /** Milliseconds since 1970; undefined when missing or unreadable. */
  readonly createdAt: number | undefined;
  readonly labels: Fields | undefined;
  readonly annotations: Fields | undefined;
}

/**
 * Reads what identifies an object.
 *
 * @returns undefined when that cannot be told, which has then been reported.
 */
export function readMetadata(
  root: Fields,
  nameRule: NameRule,
  scope: 'namespaced' | 'cluster',
): Metadata | undefined {
  const metadata = mapField(root, 'metadata');
  if (metadata === undefined) {
    if (rawField(root, 'metadata') === undefined) refuseMissing(root, 'metadata');
    return undefined;
  }
  checkSpelling(metadata, metadataFields);
  const name = readObjectName(metadata, nameRule);
  const namespace = scope === 'cluster' ? '' : readNamespace(metadata);
  if (name === undefined || namespace === undefined) return undefined;
  const labels = mapField(metadata, 'labels');
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
    name,
    createdAt: readTimestamp(rawField(metadata, 'creationTimestamp')),
    labels,
    annotations: mapField(metadata, 'annotations'),
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

/** A label or annotation; '' when it has no value, undefined when it is absent. */
export function labelValue(labels: Fields | undefined, key: string): string | undefined {
  if (labels === undefined || !Object.hasOwn(labels.record, key)) return undefined;
  return stringField(labels, key) ?? '';
}

function readObjectName(metadata: Fields, rule: NameRule): string | undefined {
  if (rawField(metadata, 'name') === undefined) {
    return rawField(metadata, 'generateName') === undefined
      ? refuseMissing(metadata, 'name')
      : refuseMissing(metadata, 'name', 'generateName is for the API server: write a name');
  }
  const text = stringField(metadata, 'name');
  return text === undefined ? undefined : readName(metadata, ['name'], text, rule);
}

function readNamespace(metadata: Fields): string | undefined {
  if (rawField(metadata, 'namespace') === undefined) return 'default';
  const text = stringField(metadata, 'namespace');
  if (text === '') return 'default';
  return text === undefined ? undefined : readName(metadata, ['namespace'], text, labelRule);
}
