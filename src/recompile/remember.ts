import { createHash } from 'node:crypto';
import type { CompileOutput } from '../compile.ts';
import { type Diagnostic, isPrinted } from '../diagnostics/diagnostic.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import type { Cluster, Service } from '../model/cluster.ts';
import type { IpFamily } from '../net/family.ts';
import { type WrittenFragment, writtenFragments } from '../nftables/canonical/write.ts';
import { type FlowService, flowServices } from '../plan/flows.ts';
import { nodeFacts } from '../plan/node-facts.ts';
import { clusterIPOf, otherProxyClusterIPs } from '../plan/taken-services.ts';
import { type Identified, identify } from './identify.ts';
import type { Item, Items } from './items.ts';
import type { KnownCompilation, KnownFamily, KnownGroup, KnownNode, KnownObject } from './known.ts';
import { matchItems } from './match-items.ts';
import { tiesOf } from './ties.ts';

/** A finished compilation, what it was made from and what it said. */
export interface Finished {
  readonly objects: readonly SourceObject[];
  readonly output: CompileOutput;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What the next compilation has to know of one that compiled everything.
 *
 * @param items of the inputs that the objects were read from
 * @param skipped how many objects of other kinds the inputs hold
 * @param options the hash of natc's version and the options
 * @returns undefined when the input's objects cannot be told apart without parsing it
 */
export function remember(
  finished: Finished,
  { items, frame }: Items,
  skipped: number,
  options: string,
): KnownCompilation | undefined {
  const { objects, output } = finished;
  const objectOf = matchItems(items, objects, skipped);
  if (objectOf === undefined) return undefined;
  const identified = identify(objects, output.cluster);
  return {
    options,
    frame,
    facts: factsOf(output),
    objects: items.map((item) => {
      const object = objectOf.get(item);
      return knownObject(item, object === undefined ? undefined : identified.get(object));
    }),
    nodes: otherNodes(output),
    groups: groupsOf(finished, identified),
  };
}

export const knownObject = ({ hash }: Item, identified: Identified | undefined): KnownObject => ({
  hash,
  identity: identified?.identity ?? '',
  group: identified?.group ?? '',
});

/** The Nodes of a cluster that are not the one that is compiled for. */
export const otherNodes = ({ cluster, settings }: CompileOutput): readonly KnownNode[] =>
  cluster.nodes.filter(({ name }) => name !== settings.nodeName).map(knownNode);

const knownNode = ({ name, addresses, podCIDRs }: KnownNode): KnownNode => ({
  name,
  addresses,
  podCIDRs,
});

/**
 * A hash of all that every fragment depends on besides the objects of its Service: facts about the node,
 * and what the claims of Services are judged by, the networks of all Nodes.
 */
export function factsOf({ cluster, settings }: CompileOutput): string {
  const { node, addresses, ...facts } = nodeFacts(cluster, settings);
  const isJudged = settings.externalIPs.kind !== 'allow' || settings.endpointsOutside !== 'allow';
  const nodes = cluster.nodes
    .map((each) => (isJudged ? knownNode(each) : { name: each.name }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const text = JSON.stringify({
    ...facts,
    addresses: [...addresses],
    isKnown: node !== undefined,
    hasUnreadableNode: cluster.hasUnreadableNode,
    nodes,
  });
  return createHash('sha256').update(text).digest('hex');
}

/** What each group contributed and was told of. */
export function groupsOf(
  { objects, output, diagnostics }: Finished,
  identified: ReadonlyMap<SourceObject, Identified>,
): ReadonlyMap<string, KnownGroup> {
  const { cluster, settings, plan } = output;
  const { addresses } = nodeFacts(cluster, settings);
  const parts = partsOf(cluster, objects, identified);
  const familiesOf = contributions(output);
  const told = toldOf(diagnostics, identified);
  const flows = new Map<string, FlowService[]>();
  for (const each of flowServices(plan)) {
    const [service = ''] = each.name.split(':');
    const known = flows.get(service);
    if (known === undefined) flows.set(service, [each]);
    else known.push(each);
  }
  const groups = new Map<string, KnownGroup>();
  for (const [group, part] of parts)
    groups.set(group, {
      ties: tiesOf(part, addresses),
      isWarned: told.warned.has(group),
      isNoted: told.noted.has(group),
      flowServices: flows.get(group) ?? [],
      families: familiesOf(group, part.services[0]),
    });
  return groups;
}

export type Part = Pick<Cluster, 'endpointSlices' | 'endpoints'> & {
  readonly services: readonly Service[];
};

interface PartBuilder {
  readonly services: Service[];
  readonly endpointSlices: Cluster['endpointSlices'][number][];
  readonly endpoints: Cluster['endpoints'][number][];
}

/** The objects of each group; nothing for one whose objects are not in the cluster. */
export function partsOf(
  { services, endpointSlices, endpoints }: Cluster,
  objects: readonly SourceObject[],
  identified: ReadonlyMap<SourceObject, Identified>,
): ReadonlyMap<string, Part> {
  const parts = new Map<string, PartBuilder>();
  const partFor = (object: SourceObject): PartBuilder => {
    const group = identified.get(object)?.group ?? '';
    const known = parts.get(group);
    if (known !== undefined) return known;
    const part = { services: [], endpointSlices: [], endpoints: [] };
    parts.set(group, part);
    return part;
  };
  for (const object of objects) partFor(object);
  for (const service of services) partFor(service.object).services.push(service);
  for (const slice of endpointSlices) partFor(slice.object).endpointSlices.push(slice);
  for (const each of endpoints) partFor(each.object).endpoints.push(each);
  return parts;
}

function contributions(output: CompileOutput) {
  const { settings, plan } = output;
  const families = plan.families.map((family, index) => ({
    family: family.family,
    clusterIPs: new Set(family.clusterIPs),
    written: new Map<string, WrittenFragment>(
      writtenFragments(family, () => output.fragments[index]?.fragments ?? []).map((each) => [
        each.service,
        each,
      ]),
    ),
  }));
  return (group: string, service: Service | undefined): KnownGroup['families'] =>
    new Map(
      families.map(({ family, clusterIPs, written }): [IpFamily, KnownFamily] => {
        const fragment = written.get(group);
        const own = service === undefined ? undefined : clusterIPOf(service, family)?.address;
        return [
          family,
          {
            fragment:
              fragment === undefined
                ? undefined
                : { record: fragment.record, share: fragment.share },
            clusterIP: own !== undefined && clusterIPs.has(own) ? own : undefined,
            otherProxyClusterIPs:
              service === undefined ? [] : otherProxyClusterIPs([service], settings, family),
          },
        ];
      }),
    );
}

/** The groups that something was said of. */
function toldOf(
  diagnostics: readonly Diagnostic[],
  identified: ReadonlyMap<SourceObject, Identified>,
) {
  const warned = new Set<string>();
  const noted = new Set<string>();
  for (const diagnostic of diagnostics) {
    const { group: all, places } = diagnostic;
    const about = all?.subjects.map(({ place }) => place) ?? places;
    const objects = about.flatMap((place) => (place.kind === 'field' ? [place.object] : []));
    for (const object of objects) {
      const group = identified.get(object)?.group;
      if (group !== undefined) (isPrinted(diagnostic) ? warned : noted).add(group);
    }
  }
  return { warned, noted };
}
