import { quote } from '../diagnostics/quote.ts';
import type { FieldPath } from '../diagnostics/source.ts';
import { at, type Fields, label } from './fields.ts';

/** A rule for names, with the words that messages use for it. */
export interface NameRule {
  readonly matches: (text: string) => boolean;
  readonly expected: string;
}

const dnsLabel = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const dnsName = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

const isLabel = (text: string): boolean => text.length <= 63 && dnsLabel.test(text);

/** DNS-1123 label. Service names begin with a letter in old API versions; both are taken (V1). */
export const labelRule: NameRule = {
  matches: isLabel,
  expected: 'at most 63 lower-case letters, digits and "-", with a letter or digit at both ends',
};

export const subdomainRule: NameRule = {
  matches: (text) => text.length <= 253 && dnsName.test(text),
  expected:
    'at most 253 lower-case letters, digits, "-" and ".", with a letter or digit at both ends of each part',
};

/** A host name of an EndpointSlice of addressType FQDN; it may end with a dot. */
export const hostNameRule: NameRule = {
  matches: (text) => {
    const name = text.replace(/\.$/, '');
    const parts = name.split('.');
    return subdomainRule.matches(name) && parts.length > 1 && parts.every(isLabel);
  },
  expected: 'a host name of two parts or more, each at most 63 lower-case letters, digits and "-"',
};

const labelText = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** The value of a Kubernetes label; empty is allowed. */
export const labelValueRule: NameRule = {
  matches: (text) => labelText.test(text),
  expected: 'at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends',
};

/** Names that were found to keep to the rule; a cluster has few keys of labels, each in thousands of objects. */
const knownQualified = new Set<string>();

function isQualifiedName(text: string): boolean {
  if (knownQualified.has(text)) return true;
  const slash = text.indexOf('/');
  if (slash >= 0 && !subdomainRule.matches(text.slice(0, slash))) return false;
  const name = text.slice(slash + 1);
  if (name === '' || !labelValueRule.matches(name)) return false;
  // Bounded: annotations and finalizers may be anything.
  if (knownQualified.size < 1000) knownQualified.add(text);
  return true;
}

/** The key of a label, and much that is named like one: a name, or a DNS name, "/" and a name. */
export const qualifiedNameRule: NameRule = {
  matches: isQualifiedName,
  expected: `${labelValueRule.expected}; before it may stand a DNS name and "/"`,
};

/** The same, upper-case letters allowed in the DNS name too. */
export const annotationKeyRule: NameRule = {
  matches: (text) => qualifiedNameRule.matches(text.toLowerCase()),
  expected: qualifiedNameRule.expected,
};

/** `text` when it keeps to the rule; otherwise refused and undefined. */
export function readName(
  fields: Fields,
  keys: FieldPath,
  text: string,
  rule: NameRule,
): string | undefined {
  if (rule.matches(text)) return text;
  const lower = text.toLowerCase();
  const hint = text.includes('{{')
    ? 'if this is a template, render it first, e.g. with `helm template`'
    : rule.matches(lower)
      ? `write ${quote(lower)}`
      : undefined;
  fields.report.refuse(at(fields, ...keys), {
    code: 'NATC2005',
    message: `${label(keys)} must be ${rule.expected}, got ${quote(text)}`,
    ...(hint === undefined ? {} : { hint }),
  });
  return undefined;
}
