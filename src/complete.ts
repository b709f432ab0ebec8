import { allocate, type Networks } from './allocate/allocate.ts';
import { bandAddressText } from './allocate/bands.ts';
import { bandOf, type HeldValues } from './allocate/held.ts';
import type { Invented } from './allocate/invented.ts';
import { objectKey } from './allocate/service-fields.ts';
import type { Diagnostic } from './diagnostics/diagnostic.ts';
import type { SourceObject } from './diagnostics/source.ts';
import { parseAddress } from './net/address.ts';
import type { Cidr } from './net/cidr.ts';
import { addressPods, type PodAddresses } from './workloads/addresses.ts';
import { nodePlaces, type OneNode } from './workloads/nodes.ts';
import type { Pod } from './workloads/pods.ts';
import { expandWorkloads, selections } from './workloads/select.ts';
import { type PodSelection, podsIn } from './workloads/selection.ts';
import { slicesFor } from './workloads/slices.ts';
import { podSelectionFindings } from './workloads/suppositions.ts';
import { list, mapping, text } from './workloads/values.ts';

/** Objects as people keep them: what an API server and controllers would fill in is not there. */
export interface WrittenSide {
  readonly objects: readonly SourceObject[];
  /** Those that natc does not compile, but that may make pods. */
  readonly others: readonly SourceObject[];
  /** Which pods will be endpoints beside those of slices, where that is known; then `others` do not matter. */
  readonly joining?: readonly PodSelection[] | undefined;
}

export interface CompletionSettings {
  readonly networks: Networks;
  readonly podNetworks: readonly Cidr[];
  readonly oneNode: OneNode;
}

/** Values from before the first side. */
export interface Earlier {
  readonly held: HeldValues;
  readonly pods: PodAddresses;
}

export const nothingBefore: Earlier = { held: new Map(), pods: new Map() };

export interface CompletedSide extends Earlier {
  /** Services with what they lacked, and slices for the endpoints that their selectors find. */
  readonly objects: readonly SourceObject[];
  readonly invented: Invented;
  readonly selections: readonly PodSelection[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Does to manifests what the control plane would: allocates what Services lack, and makes endpoints of the pods that
 * their selectors find in the input. What is given stays as it is, and a Service that has slices keeps these. Pure.
 *
 * @param sides one after the other in time, see {@link allocate}
 */
export function complete(
  sides: readonly WrittenSide[],
  { networks, podNetworks, oneNode }: CompletionSettings,
  earlier: Earlier = nothingBefore,
): readonly CompletedSide[] {
  const allocated = allocate(
    sides.map(({ objects }) => objects),
    networks,
    earlier.held,
  );
  let given: ReadonlySet<string> | undefined;
  /** Of what is given; nobody asks where no pod needs an address. */
  const taken = (): ReadonlySet<string> => {
    given ??= new Set(sides.flatMap(({ objects }) => objects.flatMap(givenAddresses)));
    return given;
  };
  let pods = earlier.pods;
  let before: readonly PodSelection[] = [];
  return allocated.map(({ objects, held, diagnostics }, index) => {
    const { others = [], joining } = sides[index] ?? {};
    const found =
      joining ?? selections(objects, expandWorkloads(others, nodePlaces(objects, oneNode)));
    const selected = distinctPods(found.flatMap(podsIn));
    const addresses: PodAddresses =
      selected.length === 0
        ? new Map()
        : addressPods(selected, { podNetworks, taken: taken(), before: pods });
    const matched = new Set(before.filter((each) => each.found.length > 0).map(serviceOf));
    const byService = new Map(found.map((each) => [each.service, each]));
    const sliced = new Set<string>();
    const slices = objects.flatMap((object) => {
      const key = object.kind === 'Service' ? objectKey(object) : undefined;
      // A Service that is given twice is an error by itself, and has its endpoints once.
      if (key === undefined || sliced.has(key)) return [];
      sliced.add(key);
      const selection = byService.get(key);
      const isKnown =
        selection !== undefined &&
        (selection.found.length > 0 || (joining === undefined && matched.has(selection.service)));
      return isKnown ? slicesFor(object, selection, addresses) : [];
    });
    pods = new Map([...pods, ...addresses]);
    before = found;
    return {
      objects: slices.length === 0 ? objects : [...objects, ...slices],
      held,
      pods: addresses,
      selections: found,
      invented: inventedBy(held, selected, addresses),
      diagnostics: [...diagnostics, ...podSelectionFindings(found)],
    };
  });
}

const serviceOf = ({ service }: PodSelection): string => service;

const distinctPods = (pods: readonly Pod[]): readonly Pod[] => [
  ...new Map(pods.map((pod) => [pod.key, pod])).values(),
];

/** Addresses of endpoints and nodes. */
function givenAddresses({ kind, value }: SourceObject): readonly string[] {
  const texts = (found: readonly unknown[]): readonly string[] =>
    found.flatMap((each) => parseAddress(text(each) ?? '')?.text ?? []);
  switch (kind) {
    case 'EndpointSlice':
      return texts(list(value['endpoints']).flatMap((each) => list(mapping(each)['addresses'])));
    case 'Endpoints':
      return texts(
        list(value['subsets']).flatMap((subset) =>
          ['addresses', 'notReadyAddresses'].flatMap((key) =>
            list(mapping(subset)[key]).map((each) => mapping(each)['ip']),
          ),
        ),
      );
    case 'Node':
      return texts(
        list(mapping(value['status'])['addresses']).map((each) => mapping(each)['address']),
      );
    default:
      return [];
  }
}

function inventedBy(held: HeldValues, pods: readonly Pod[], given: PodAddresses): Invented {
  const addresses = new Map<string, string>();
  const nodePorts = new Set<number>();
  for (const slots of held.values()) {
    for (const [slot, { value, isInvented }] of slots) {
      const band = bandOf(slot);
      if (!isInvented) continue;
      if (band === 'port') nodePorts.add(Number(value));
      else addresses.set(bandAddressText(band, value), 'allocated');
    }
  }
  for (const pod of pods) {
    const { running, hostNetwork } = pod.workload;
    if (running !== undefined && running.addresses.length > 0) continue;
    for (const [family, address] of given.get(pod.key) ?? [])
      if (!hostNetwork || pod.node.addresses.get(family) !== address)
        addresses.set(address, pod.title);
  }
  return { addresses, nodePorts };
}
