import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import type { Cidr } from '../net/cidr.ts';
import type { IpFamily } from '../net/family.ts';
import { addressBands, type Bands, type NodePortRange, nodePortBands } from './bands.ts';
import { chooseValues, ownChoice } from './choose.ts';
import { filled } from './fill.ts';
import { gaveWayTo, type ValueOwner } from './gave-way.ts';
import {
  bandOf,
  type HeldValue,
  type HeldValues,
  heldBy,
  nodePortSlot,
  type Slot,
} from './held.ts';
import { type Needs, needsOf } from './needs.ts';
import { noneLeft, refused } from './refusals.ts';
import { type WrittenService, writtenService } from './service-fields.ts';

/** From what values are allocated. */
export interface Networks {
  /** At most one of each family, the primary one first. */
  readonly services: readonly Cidr[];
  readonly nodePorts: NodePortRange;
  /** What the API server would refuse is a warning where this is not strict. */
  readonly validate: 'strict' | 'warn';
}

export interface AllocatedSide {
  /** All objects, in their order; Services that lacked something as the API server would store them. */
  readonly objects: readonly SourceObject[];
  /** What the Services have now, also what was given. */
  readonly held: HeldValues;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Fills in what the API server allocates when Services are created: cluster IPs, node ports, health-check node
 * ports. Values that are given stay, and no other Service gets them. A value is chosen by a hash of namespace and
 * name (and of the port's name), see {@link chooseValues}; bands.ts has the numbers there are to choose from. Pure,
 * and blind to the order of the objects.
 *
 * Several sides are one after the other in time, as those of a diff are: a Service that the side before has keeps
 * what it had there, as in an update of the API server, and no value that any side gives or holds goes to a newcomer.
 * So nothing that a side adds, removes or reorders moves what another Service has.
 *
 * @param before what Services hold from before the first side, in a cluster or a lock file
 */
export function allocate(
  sides: readonly (readonly SourceObject[])[],
  networks: Networks,
  before: HeldValues = new Map(),
): readonly AllocatedSide[] {
  const written = sides.map((objects) =>
    objects.map(writtenService).filter((service) => service !== undefined),
  );
  const names = new Set(written.flat().map(({ key }) => key));
  const explicit = explicitValues(written.flat());
  let held: HeldValues = new Map([...before].filter(([key]) => names.has(key)));
  return written.map((services, index) => {
    const side = allocateServices(services, networks, held, explicit);
    held = new Map([...held, ...side.held]);
    const { replaced, ...result } = side;
    const objects = (sides[index] ?? []).map((object) => replaced.get(object) ?? object);
    return { ...result, objects };
  });
}

/** The values of each band that are not free, and one of those that have them. */
type Taken = Readonly<Record<IpFamily | 'port', Owners>>;

type Owners = ReadonlyMap<bigint, ValueOwner>;

const noSlots: ReadonlySet<Slot> = new Set();

function explicitValues(services: readonly WrittenService[]): Taken {
  const taken = {
    IPv4: new Map<bigint, ValueOwner>(),
    IPv6: new Map<bigint, ValueOwner>(),
    port: new Map<bigint, ValueOwner>(),
  };
  for (const service of services)
    for (const [slot, { value }] of heldBy(service, noSlots))
      taken[bandOf(slot)].set(value, ownerOf(service));
  return taken;
}

/** A value that a Service needs. */
interface Want {
  readonly service: WrittenService;
  readonly slot: Slot;
  /** What is hashed. */
  readonly key: string;
}

function allocateServices(
  services: readonly WrittenService[],
  { services: cidrs, nodePorts, validate }: Networks,
  before: HeldValues,
  explicit: Taken,
): Omit<AllocatedSide, 'objects'> & { readonly replaced: ReadonlyMap<SourceObject, SourceObject> } {
  const diagnostics: Diagnostic[] = [];
  const families = cidrs.map(({ family }) => family);
  const needy = services.flatMap((service) => {
    const needs = needsOf(service, families);
    if (!('refusal' in needs)) return [{ service, needs, wants: wantsOf(service, needs) }];
    diagnostics.push(refused(service, needs.refusal, validate));
    return [];
  });
  const wants = needy.flatMap((each) => each.wants);
  const here = explicitValues(services);
  const bands: readonly (readonly [IpFamily | 'port', Bands])[] = [
    ...cidrs.map((cidr) => [cidr.family, addressBands(cidr)] as const),
    ['port', nodePortBands(nodePorts)],
  ];
  const values = new Map<string, HeldValue>();
  for (const [band, numbers] of bands) {
    const own = wants.filter(({ slot }) => bandOf(slot) === band);
    const { found, gaveWay } = settle(own, numbers, before, {
      here: here[band],
      ever: explicit[band],
    });
    for (const [key, value] of found) values.set(key, value);
    diagnostics.push(...gaveWay);
  }
  const held = new Map(services.map((service) => [service.key, heldBy(service, noSlots)]));
  const replaced = new Map<SourceObject, SourceObject>();
  for (const { service, needs, wants: own } of needy) {
    const given = new Map(
      own.flatMap(({ slot, key }) => {
        const value = values.get(key);
        return value === undefined ? [] : [[slot, value] as const];
      }),
    );
    const missing = own.filter(({ slot }) => !given.has(slot)).map(({ slot }) => slot);
    diagnostics.push(...noneLeft(service, missing, validate));
    const object = filled(service, needs, given);
    if (object === service.object) continue;
    replaced.set(service.object, object);
    const after = writtenService(object) ?? service;
    const isInvented = (slot: Slot): boolean => given.get(slot)?.isInvented === true;
    held.set(service.key, heldBy(after, new Set([...given.keys()].filter(isInvented))));
  }
  return { held, replaced, diagnostics };
}

function wantsOf(service: WrittenService, needs: Needs): readonly Want[] {
  const { key } = service;
  const addresses = needs.addresses.map((slot) => ({ service, slot, key: `${slot} ${key}` }));
  const ports = needs.nodePorts.map(({ name }) => ({
    ...{ service, slot: nodePortSlot(name), key: `port ${key}:${name}` },
  }));
  const check = { service, slot: 'health check', key: `health check ${key}` } as const;
  return [...addresses, ...ports, ...(needs.healthCheckNodePort ? [check] : [])];
}

/**
 * Those that hold a value keep it, unless somebody else is given it now; the others get one that nobody has.
 *
 * @param given the values that are written, on this side and on any
 */
function settle(
  wants: readonly Want[],
  bands: Bands,
  before: HeldValues,
  given: { readonly here: Owners; readonly ever: Owners },
): { readonly found: ReadonlyMap<string, HeldValue>; readonly gaveWay: readonly Diagnostic[] } {
  const values = new Map<string, HeldValue>();
  const owners = new Map<bigint, ValueOwner>();
  for (const { service, slot, key } of wants) {
    const old = before.get(service.key)?.get(slot);
    if (old === undefined || given.here.has(old.value) || owners.has(old.value)) continue;
    // Of what natc made up, only what it could make up now: the networks may be others since.
    if (old.isInvented && !isWithin(old.value, bands)) continue;
    owners.set(old.value, ownerOf(service));
    values.set(key, old);
  }
  for (const [value, owner] of [...given.here, ...given.ever])
    if (!owners.has(value)) owners.set(value, owner);
  for (const [service, slots] of before)
    for (const [slot, { value }] of slots)
      if (isOfBand(slot, wants) && !owners.has(value)) owners.set(value, { service });
  const left = wants.filter(({ key }) => !values.has(key));
  const keys = new Set(left.map(({ key }) => key));
  const chosen = chooseValues([...keys], bands, new Set(owners.keys()));
  for (const { key, service } of left) {
    const value = chosen.get(key);
    if (value === undefined) continue;
    values.set(key, { value, isInvented: true });
    owners.set(value, ownerOf(service));
  }
  const gaveWay = left.flatMap((want) => {
    const own = ownChoice(want.key, bands);
    const value = chosen.get(want.key);
    const owner = own === undefined ? undefined : owners.get(own);
    return own === undefined || value === undefined || own === value || owner === undefined
      ? []
      : [gaveWayTo(want, { own, value }, owner)];
  });
  return { found: values, gaveWay };
}

const ownerOf = ({ key: service, object }: WrittenService): ValueOwner => ({ service, object });

const isWithin = (value: bigint, { dynamic, fixed }: Bands): boolean =>
  [dynamic, fixed].some(({ first, last }) => first <= value && value <= last);

const isOfBand = (slot: Slot, [want]: readonly Want[]): boolean =>
  want !== undefined && bandOf(want.slot) === bandOf(slot);
