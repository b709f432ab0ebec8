import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { isMapping } from '../diagnostics/mapping.ts';
import { quote } from '../diagnostics/quote.ts';
import type { FieldPath, SourceObject } from '../diagnostics/source.ts';
import { parseAddress } from '../net/address.ts';
import { type IpFamily, ipFamilies } from '../net/family.ts';
import { addressValue, bandAddressText } from './bands.ts';
import { bandOf, type HeldValue, type HeldValues, nodePortSlot, type Slot } from './held.ts';

/** The kinds that a lock file holds. */
export const lockKinds: ReadonlyMap<string, readonly string[]> = new Map([
  ['NatcLock', ['natc.dev/v1alpha1']],
]);

/** Values that natc made up, as a lock file keeps them. */
export interface Locked {
  /** By `namespace/name`; all of them invented. */
  readonly held: HeldValues;
  /** Of pods, by their keys. */
  readonly pods: ReadonlyMap<string, ReadonlyMap<IpFamily, string>>;
}

export const nothingLocked: Locked = { held: new Map(), pods: new Map() };

const head = `# Values that natc made up for manifests, where a control plane would have allocated others.
# Written with --lock; commands that make values up take these, and with --frozen-lock nothing else.
# Keep it in Git beside the manifests. Whoever wants other values deletes their entry, or the file.
apiVersion: natc.dev/v1alpha1
kind: NatcLock
`;

/** The text of a lock file: the same for the same values, sorted by name. */
export function formatLock({ held, pods }: Locked): string {
  const services = sorted(held).flatMap(([key, slots]) => {
    const addresses = ipFamilies.flatMap((family) => {
      const value = slots.get(family)?.value;
      return value === undefined
        ? []
        : [`    ${family}: ${quoted(bandAddressText(family, value))}\n`];
    });
    const nodePorts = sorted(slots).flatMap(([slot, { value }]) =>
      isNodePort(slot) ? [`      ${quoted(portOf(slot))}: ${value}\n`] : [],
    );
    const check = slots.get('health check')?.value;
    const lines = [
      ...addresses,
      ...(nodePorts.length === 0 ? [] : ['    nodePorts:\n', ...nodePorts]),
      ...(check === undefined ? [] : [`    healthCheckNodePort: ${check}\n`]),
    ];
    return lines.length === 0 ? [] : [`  ${quoted(key)}:\n`, ...lines];
  });
  const addressed = sorted(pods).flatMap(([key, addresses]) => [
    `  ${quoted(key)}:\n`,
    ...ipFamilies.flatMap((family) => {
      const address = addresses.get(family);
      return address === undefined ? [] : [`    ${family}: ${quoted(address)}\n`];
    }),
  ]);
  return [
    head,
    services.length === 0 ? 'services: {}\n' : 'services:\n',
    ...services,
    addressed.length === 0 ? 'pods: {}\n' : 'pods:\n',
    ...addressed,
  ].join('');
}

/** What JSON says in quotes, YAML reads in the same way. */
const quoted = (text: string): string => JSON.stringify(text);

const sorted = <K extends string, V>(map: ReadonlyMap<K, V>): readonly (readonly [K, V])[] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

const prefix = nodePortSlot('');
const isNodePort = (slot: Slot): boolean => slot.startsWith(prefix);
const portOf = (slot: Slot): string => slot.slice(prefix.length);

/**
 * Reads a lock file. A key that natc does not know, or a value of a wrong type, is an error (NATC2158): what is misspelt
 * must not be made up anew in silence.
 */
export function readLock(
  object: SourceObject,
): Locked & { readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const refuse: Refuse = (path, message) => {
    diagnostics.push({
      code: 'NATC2158',
      severity: 'error',
      message,
      places: [{ kind: 'field', object, path }],
      hint: '--lock writes the file anew',
    });
  };
  const known = new Set(['apiVersion', 'kind', 'services', 'pods']);
  for (const key of Object.keys(object.value))
    if (!known.has(key)) refuse([key], `a NatcLock has no key ${quote(key)}`);
  const entries = (key: 'services' | 'pods'): readonly (readonly [string, unknown])[] => {
    const value = object.value[key] ?? {};
    if (isMapping(value)) return Object.entries(value);
    refuse([key], `${key} must be a mapping`);
    return [];
  };
  const held = entries('services').map(
    ([name, value]) => [name, slotsOf(['services', name], value, refuse)] as const,
  );
  const pods = entries('pods').map(
    ([name, value]) => [name, addressesOf(['pods', name], value, refuse)] as const,
  );
  return { held: new Map(held), pods: new Map(pods), diagnostics };
}

type Refuse = (path: FieldPath, message: string) => void;

function slotsOf(path: FieldPath, value: unknown, refuse: Refuse): ReadonlyMap<Slot, HeldValue> {
  const slots = new Map<Slot, HeldValue>();
  if (!isMapping(value)) {
    refuse(path, `${quote(String(path.at(-1)))} must be a mapping`);
    return slots;
  }
  const set = (slot: Slot, number: bigint) => slots.set(slot, { value: number, isInvented: true });
  const setPort = (slot: Slot, at: FieldPath, number: unknown): void => {
    if (Number.isInteger(number) && Number(number) > 0 && Number(number) < 65536)
      set(slot, BigInt(Number(number)));
    else refuse(at, `${String(at.at(-1))} must be a port from 1 to 65535`);
  };
  for (const [key, each] of Object.entries(value)) {
    const at = [...path, key];
    const family = ipFamilies.find((name) => name === key);
    if (family !== undefined) {
      const address = addressIn(family, at, each, refuse);
      if (address !== undefined) set(family, addressValue(family, address));
    } else if (key === 'healthCheckNodePort') setPort('health check', at, each);
    else if (key === 'nodePorts' && isMapping(each))
      for (const [name, number] of Object.entries(each))
        setPort(nodePortSlot(name), [...at, name], number);
    else if (key === 'nodePorts')
      refuse(at, 'nodePorts must be a mapping of port names to numbers');
    else refuse(at, `a Service of a NatcLock has no key ${quote(key)}`);
  }
  return slots;
}

function addressesOf(
  path: FieldPath,
  value: unknown,
  refuse: Refuse,
): ReadonlyMap<IpFamily, string> {
  const found = new Map<IpFamily, string>();
  if (!isMapping(value)) {
    refuse(path, `${quote(String(path.at(-1)))} must be a mapping`);
    return found;
  }
  for (const [key, each] of Object.entries(value)) {
    const family = ipFamilies.find((name) => name === key);
    const at = [...path, key];
    if (family === undefined) refuse(at, `a pod of a NatcLock has no key ${quote(key)}`);
    else {
      const address = addressIn(family, at, each, refuse);
      if (address !== undefined) found.set(family, address);
    }
  }
  return found;
}

function addressIn(
  family: IpFamily,
  path: FieldPath,
  value: unknown,
  refuse: Refuse,
): string | undefined {
  const address = typeof value === 'string' ? parseAddress(value) : undefined;
  if (address?.family === family) return address.text;
  refuse(path, `${family} must be an ${family} address, got ${quote(String(value))}`);
  return undefined;
}

/** What differs between a lock file and what was made up. */
export interface LockDifference {
  readonly kind: 'missing' | 'stale';
  /** `node port http of Service shop/web` */
  readonly what: string;
  /** In the file; undefined where it has nothing of the kind. */
  readonly path: FieldPath | undefined;
  /** `namespace/name`, where it is of a Service. */
  readonly service: string | undefined;
}

/** Each value that one of both has and the other has not, or not the same. */
export function lockDifferences(locked: Locked, made: Locked): readonly LockDifference[] {
  const [old, next] = [flat(locked), flat(made)];
  const missing = [...next].filter(([what, { value }]) => old.get(what)?.value !== value);
  const stale = [...old].filter(([what]) => !next.has(what));
  return [
    ...missing.map(([what, { service }]) => ({
      ...({ kind: 'missing', what, service } as const),
      path: old.get(what)?.path,
    })),
    ...stale.map(([what, { service, path }]) => ({ kind: 'stale', what, service, path }) as const),
  ];
}

interface FlatValue {
  readonly value: string;
  readonly path: FieldPath;
  readonly service: string | undefined;
}

function flat({ held, pods }: Locked): ReadonlyMap<string, FlatValue> {
  const found = new Map<string, FlatValue>();
  for (const [service, slots] of sorted(held))
    for (const [slot, { value }] of slots) {
      const band = bandOf(slot);
      const name = isNodePort(slot)
        ? `node port ${quote(portOf(slot))}`
        : slot === 'health check'
          ? 'health-check node port'
          : `${slot} cluster IP`;
      const key = isNodePort(slot)
        ? ['nodePorts', portOf(slot)]
        : [slot === 'health check' ? 'healthCheckNodePort' : slot];
      found.set(`${name} of Service ${service}`, {
        value: band === 'port' ? String(value) : bandAddressText(band, value),
        path: ['services', service, ...key],
        service,
      });
    }
  for (const [pod, addresses] of sorted(pods))
    for (const [family, value] of addresses)
      found.set(`${family} address of ${pod}`, {
        value,
        path: ['pods', pod, family],
        service: undefined,
      });
  return found;
}
