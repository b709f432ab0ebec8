import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { isMapping } from '../diagnostics/mapping.ts';
import { quote } from '../diagnostics/quote.ts';
import { atKey, childFields, type Fields, rawField } from './fields.ts';
import { type FieldUses, type IgnoredField, kubeProxyFields } from './kube-proxy-fields.ts';

/** Says which fields of a KubeProxyConfiguration have no effect on natc, and why. */
export function reportUnusedFields(
  fields: Fields,
  uses: FieldUses = kubeProxyFields,
  path = '',
): void {
  for (const key of Object.keys(fields.record)) {
    const use = Object.hasOwn(uses, key) ? uses[key] : undefined;
    const name = path + key;
    if (use === 'used') continue;
    if (use === undefined) warnUnknown(fields, key, path, Object.keys(uses));
    else if ('because' in use) reportIgnored(fields, key, name, use);
    else {
      const record = rawField(fields, key);
      if (!isMapping(record)) continue;
      reportUnusedFields(childFields(fields, record, key), use.fields, `${name}.`);
    }
  }
}

function reportIgnored(fields: Fields, key: string, name: string, ignored: IgnoredField): void {
  if (saysNothing(fields, key)) return;
  const report = ignored.severity === 'warning' ? fields.report.warn : fields.report.note;
  report(atKey(fields, key), {
    code: 'NATC2091',
    message: `${name} has no effect: ${ignored.because}`,
  });
}

function warnUnknown(fields: Fields, key: string, path: string, known: readonly string[]): void {
  const meant = didYouMean(key, known);
  fields.report.warn(atKey(fields, key), {
    code: 'NATC2090',
    message: `unknown field ${quote(path + key)} of KubeProxyConfiguration is ignored`,
    ...(meant === undefined ? {} : { hint: `did you mean ${path}${meant}?` }),
  });
}

/** The zero values, which kubeadm writes for every field that nobody set. */
function saysNothing(fields: Fields, key: string): boolean {
  const value = rawField(fields, key);
  return isZero(value) || (isMapping(value) && Object.values(value).every(isZero));
}

const isZero = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  ['', '0s', 0, false].some((zero) => zero === value) ||
  (Array.isArray(value) && value.length === 0);
