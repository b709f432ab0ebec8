import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Place } from '../diagnostics/place.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import type { CompileOptions } from '../options.ts';
import {
  endpointSliceChecks,
  endpointsChecks,
  objectsChecks,
  serviceChecks,
  servicesChecks,
} from './checks.ts';
import type { Cluster, Node } from './cluster.ts';
import { withoutCopies } from './copies.ts';
import { withoutDuplicates } from './duplicates.ts';
import { type ReadEndpointSlice, readEndpointSlice } from './endpoint-slice.ts';
import { type ReadEndpoints, readEndpoints } from './endpoints.ts';
import { at, rootFields } from './fields.ts';
import type { MaybeNamed } from './metadata.ts';
import { readNode } from './node.ts';
import type { OptionPlaces } from './option-values.ts';
import { asProxied } from './proxied.ts';
import { readSettings } from './read-settings.ts';
import { createReport, type Report } from './report.ts';
import { compareSeniority } from './seniority.ts';
import { type ReadService, readService } from './service.ts';
import type { Settings } from './settings.ts';

export interface ModelResult {
  readonly cluster: Cluster;
  readonly settings: Settings;
  /** In no particular order. After an error the cluster must not be compiled. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The model stage: plain objects to a typed, valid cluster. Pure; linear in the size of the objects.
 *
 * @param optionPlaces where option values came from, when not from the command line.
 * @param otherNodes Nodes that were read before.
 */
export function buildModel(
  given: readonly SourceObject[],
  options: CompileOptions,
  optionPlaces: ReadonlyMap<keyof CompileOptions, Place> = new Map(),
  otherNodes: readonly Node[] = [],
): ModelResult {
  const report = createReport(options.validate);
  const { objects, note } = withoutCopies(given);
  const settings = readSettings(options, optionPlaces, report);
  const services: ReadService[] = [];
  const slices: ReadEndpointSlice[] = [];
  const endpoints: ReadEndpoints[] = [];
  const nodes: Node[] = [];
  let hasUnreadableNode = false;
  for (const object of objects) {
    switch (object.kind) {
      case 'Service':
        push(services, readService(object, report));
        break;
      case 'EndpointSlice':
        push(slices, readEndpointSlice(object, report));
        break;
      case 'Endpoints':
        push(endpoints, readEndpoints(object, report));
        break;
      case 'Node': {
        const node = readNode(object, report);
        if (node === undefined) hasUnreadableNode = true;
        else nodes.push(node);
        break;
      }
      case 'KubeProxyConfiguration':
        if (!isConfigured(optionPlaces)) reportUnusedConfiguration(object, report);
        break;
    }
  }
  const distinct = {
    services: withoutDuplicates(services, ({ service }) => service, report),
    slices: withoutDuplicates(slices, ({ slice }) => slice, report),
    endpoints: withoutDuplicates(endpoints, (read) => read.endpoints, report),
    nodes: withoutDuplicates(nodes, (node) => ({ ...node, namespace: '' }), report),
  };
  for (const read of distinct.services) for (const check of serviceChecks) check(read, options);
  for (const read of distinct.slices) for (const check of endpointSliceChecks) check(read, options);
  for (const read of distinct.endpoints) for (const check of endpointsChecks) check(read, options);
  for (const check of objectsChecks) check(objects, report);
  const bySeniority = distinct.services.toSorted((a, b) => compareSeniority(a.service, b.service));
  for (const check of servicesChecks) check(bySeniority, options);
  const cluster: Cluster = {
    services: named(distinct.services).map(({ service }) => asProxied(service)),
    endpointSlices: named(distinct.slices).map(({ slice }) => slice),
    endpoints: named(distinct.endpoints).map((read) => read.endpoints),
    nodes: [...distinct.nodes, ...otherNodes],
    hasUnreadableNode,
  };
  const { diagnostics } = report;
  return {
    cluster,
    settings,
    diagnostics: note === undefined ? diagnostics : [...diagnostics, note],
  };
}

/** Without those that have no name yet: nobody can tell which they will be. */
const named = <T extends MaybeNamed>(items: readonly T[]): readonly T[] =>
  items.filter(({ hasName }) => hasName);

/** Whether some option comes from a KubeProxyConfiguration: then the file may be among the manifests too. */
const isConfigured = (places: OptionPlaces): boolean =>
  [...places.values()].some(
    (place) => place.kind === 'field' && place.object.kind === 'KubeProxyConfiguration',
  );

/** Settings come from `--config` alone: which of several files wins would depend on their order. */
function reportUnusedConfiguration(object: SourceObject, report: Report): void {
  report.warn(at(rootFields(object, report), 'kind'), {
    code: 'NATC2094',
    message: 'KubeProxyConfiguration among the manifests has no effect',
    hint: 'give its file with --config',
  });
}

function push<T>(list: T[], item: T | undefined): void {
  if (item !== undefined) list.push(item);
}
