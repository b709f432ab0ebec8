import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { didYouMean } from '../../diagnostics/did-you-mean.ts';
import type { Place } from '../../diagnostics/place.ts';
import { quote } from '../../diagnostics/quote.ts';
import type { SourceObject } from '../../diagnostics/source.ts';
import { rulesetFrontends } from '../../explain/frontends.ts';
import type { Cluster } from '../../model/cluster.ts';
import { type Labels, matchesLabels } from '../../model/label-selector.ts';
import type { Ruleset } from '../../nftables/ast.ts';
import type { LabelSelector, SelectionFlags } from './options.ts';

/** Which Services are shown. */
export interface Selection {
  /** Of any of these; empty: of all. */
  readonly namespaces: readonly string[];
  /** Undefined: whatever their labels. */
  readonly selector: LabelSelector | undefined;
  /** `shop/web`, or `web` in whatever namespace; empty: all. */
  readonly names: readonly string[];
}

/** The labels of all Services that might be shown, by `namespace/name`: of each side, none where they are not known. */
export type KnownServices = ReadonlyMap<string, readonly Labels[]>;

/** Undefined where everything is shown. */
export function selectionOf(
  { namespace, selector, allNamespaces }: SelectionFlags,
  names: readonly string[] = [],
): Selection | undefined {
  const namespaces = allNamespaces === true ? [] : (namespace ?? []);
  const isAll = namespaces.length === 0 && selector === undefined && names.length === 0;
  return isAll ? undefined : { namespaces, selector, names };
}

export const servicesOfCluster = ({ services }: Cluster): KnownServices =>
  new Map(
    services.map(({ namespace, name, object }) => [
      `${namespace}/${name}`,
      [labelsOf(object.value['metadata'])],
    ]),
  );

/** The same for objects that nobody has validated yet. */
export const servicesOfObjects = (objects: readonly SourceObject[]): KnownServices =>
  new Map(
    objects
      .filter(({ kind }) => kind === 'Service')
      .flatMap(({ value: { metadata } }) => {
        const { namespace = 'default', name } = Object(metadata) as Readonly<
          Record<string, unknown>
        >;
        if (typeof namespace !== 'string' || typeof name !== 'string') return [];
        return [[`${namespace}/${name}`, [labelsOf(metadata)]] as const];
      }),
  );

/** A ruleset has names, and no labels. */
export const servicesOfRuleset = ({ tables }: Ruleset): KnownServices =>
  new Map(
    tables
      .flatMap(rulesetFrontends)
      .map(({ servicePort }) => servicePort.service)
      .map((service) => [service, []]),
  );

export function joinServices(...sides: readonly KnownServices[]): KnownServices {
  const joined = new Map<string, readonly Labels[]>();
  for (const [service, labels] of sides.flatMap((side) => [...side]))
    joined.set(service, [...(joined.get(service) ?? []), ...labels]);
  return joined;
}

/** Only those that are strings: others are refused, or passed over with a warning. */
function labelsOf(metadata: unknown): Labels {
  const labels: unknown = Object.getOwnPropertyDescriptor(Object(metadata), 'labels')?.value;
  if (typeof labels !== 'object' || labels === null) return {};
  return Object.fromEntries(
    Object.entries(labels).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value] as const] : [],
    ),
  );
}

/**
 * Whether a Service is shown. One of which nobody knows the labels has none of those asked for; of two sides,
 * the labels of either count.
 */
export function isSelected(
  { namespaces, selector, names }: Selection,
  service: string,
  known: KnownServices,
): boolean {
  const [namespace = '', name = ''] = service.split('/');
  return (
    (namespaces.length === 0 || namespaces.includes(namespace)) &&
    (names.length === 0 || names.includes(service) || names.includes(name)) &&
    (selector === undefined ||
      (known.get(service) ?? []).some((labels) => matchesLabels(selector.requirements, labels)))
  );
}

/**
 * What is wrong with a selection: a name that no Service has is an error, since nothing can be said of it;
 * a namespace or labels that none has is a warning.
 */
export function selectionFindings(
  { namespaces, selector, names }: Selection,
  known: KnownServices,
): readonly Diagnostic[] {
  const services = [...known.keys()];
  const namespacesThere = [...new Set(services.map((service) => service.split('/')[0] ?? ''))];
  const missing = names
    .filter((name) => !services.some((service) => isCalled(service, name)))
    .map((name) => noService(name, services));
  const empty = namespaces
    .filter((namespace) => !namespacesThere.includes(namespace))
    .map((namespace) => noNamespace(namespace, namespacesThere));
  return [...missing, ...empty, ...(selector === undefined ? [] : labelFindings(selector, known))];
}

const isCalled = (service: string, name: string): boolean =>
  service === name || service.endsWith(`/${name}`);

const place = (option: string, value: string): Place => ({ kind: 'option', option, value });

function noService(name: string, services: readonly string[]): Diagnostic {
  const near = name.includes('/')
    ? didYouMean(name, services)
    : didYouMean(
        name,
        services.map((service) => service.replace(/.*\//, '')),
      );
  return {
    code: 'NATC2140',
    severity: 'error',
    message: `there is no Service ${quote(name)}`,
    places: [place('--service', name)],
    hint: near === undefined ? 'natc list -o name prints all of them' : `did you mean ${near}?`,
  };
}

function noNamespace(namespace: string, known: readonly string[]): Diagnostic {
  const near = didYouMean(namespace, known);
  return {
    code: 'NATC2141',
    severity: 'warning',
    message: `no Service is in the namespace ${quote(namespace)}`,
    places: [place('--namespace', namespace)],
    hint:
      near !== undefined
        ? `did you mean ${near}?`
        : known.length === 0
          ? 'there is no Service at all'
          : `there are Services in ${shortList(known)}`,
  };
}

const shortList = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 5).join(', ')} and others` : names.join(', ');

function labelFindings(selector: LabelSelector, known: KnownServices): readonly Diagnostic[] {
  const labels = [...known.values()].flat();
  if (labels.some((each) => matchesLabels(selector.requirements, each))) return [];
  return [
    {
      code: 'NATC2142',
      severity: 'warning',
      message: `no Service has the labels ${quote(selector.text)}`,
      places: [place('--selector', selector.text)],
      hint:
        known.size > 0 && labels.length === 0
          ? 'a ruleset has no labels of Services: choose them with --service or -n'
          : 'labels are those of the Service itself, metadata.labels, not of its pods',
    },
  ];
}
