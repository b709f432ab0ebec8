import type { NftFamily } from '../net/family.ts';
import type { CanonicalRuleset, CanonicalTable } from './canonical/canonical.ts';
import { type ClientMap, clientMaps } from './canonical/client-maps.ts';
import { commentedPort, keyFields } from './canonical/read-text.ts';
import type { Operation } from './delta.ts';
import { collections, isOfSameList, otherListsMapName } from './names.ts';

/** A client map that a change may leave without clients who are known elsewhere. */
export interface MapToFill {
  readonly map: ClientMap;
  /** The change makes it, so that it begins empty; otherwise it keeps what it has. */
  readonly isMade: boolean;
  /** Names of maps whose pins count in it, the ones to be believed first in front; its own too. */
  readonly sources: readonly string[];
}

/**
 * The client maps to look at for a change, and where their clients may be known from (A1, A4, A13): the
 * map itself, that of the ServicePort's other list, and those of the port of the same Service, protocol
 * and number, whatever its name was. All of the same target port: a pin's value is an address alone.
 *
 * Looked at are maps that are made, whose list of endpoints changes, or beside which one goes.
 *
 * @param previous what the kernel holds; undefined when it is not known
 * @param operations what leads to `next`
 */
export function mapsToFill(
  previous: CanonicalRuleset | undefined,
  next: CanonicalRuleset,
  operations: readonly Operation[],
): readonly MapToFill[] {
  const touched = touchedCollections(operations);
  if (touched.size === 0) return [];
  const held = previous === undefined ? undefined : indexed(clientMaps(previous));
  const numberBefore = numbersIn(previous);
  const numberAfter = numbersIn(next);

  return clientMaps(next).flatMap((map): readonly MapToFill[] => {
    const isMade = touched.get(keyOf(map.family, map.name)) === 'made';
    const names = [map.name, otherListsMapName(map.name)];
    if (held === undefined) return isMade ? [{ map, isMade, sources: names }] : [];

    const kin = held.get(kinKey(map)) ?? [];
    if (kin.length === 0 || (!isMade && kin.length === 1)) return [];
    const isRenamed = (other: ClientMap): boolean => {
      if (other.portName === map.portName) return false;
      const number = numberBefore(other);
      return number !== undefined && number === numberAfter(map);
    };
    const renamed = kin.filter(isRenamed).map(({ name }) => name);
    const sources = [
      ...names.filter((name) => kin.some((other) => other.name === name)),
      ...renamed.sort(
        (a, b) => Number(isOfSameList(b, map.name)) - Number(isOfSameList(a, map.name)),
      ),
    ];
    const others = sources.filter((name) => name !== map.name);
    const isConcerned =
      isMade ||
      touched.has(keyOf(map.family, map.endpointSet)) ||
      others.some((name) => touched.get(keyOf(map.family, name)) === 'gone');
    return isConcerned && (isMade || others.length > 0) ? [{ map, isMade, sources }] : [];
  });
}

const keyOf = (family: NftFamily, name: string): string => `${family} ${name}`;

/** Maps of one Service, protocol and target port. */
const kinKey = ({ family, service, endpointPort }: ClientMap): string =>
  `${family} ${service} ${endpointPort}`;

function indexed(maps: readonly ClientMap[]): ReadonlyMap<string, readonly ClientMap[]> {
  const index = new Map<string, ClientMap[]>();
  for (const map of maps) {
    const key = kinKey(map);
    const kin = index.get(key);
    if (kin === undefined) index.set(key, [map]);
    else kin.push(map);
  }
  return index;
}

type Touch = 'made' | 'gone' | 'changed';

/**
 * What becomes of the collections that single ServicePorts have, by `family name`: one that is deleted
 * and added again is made.
 */
function touchedCollections(operations: readonly Operation[]): ReadonlyMap<string, Touch> {
  const touched = new Map<string, Touch>();
  for (const operation of operations) {
    if (!('collection' in operation) || !operation.collection.includes('/')) continue;
    const key = keyOf(operation.family, operation.collection);
    if (operation.kind === 'add-collection') touched.set(key, 'made');
    else if (operation.kind === 'delete-collection') touched.set(key, 'gone');
    else if (!touched.has(key)) touched.set(key, 'changed');
  }
  return touched;
}

/** Asks a ruleset for the port number of a client map's ServicePort; read only where it is asked. */
function numbersIn(ruleset: CanonicalRuleset | undefined): (map: ClientMap) => string | undefined {
  const read = new Map<NftFamily, ReadonlyMap<string, string>>();
  return ({ family, service, portName }) => {
    let numbers = read.get(family);
    if (numbers === undefined) {
      const table = ruleset?.tables.find((each) => each.family === family);
      numbers = table === undefined ? new Map() : portNumbers(table);
      read.set(family, numbers);
    }
    return numbers.get(`${service}/${portName}`);
  };
}

/** `shop/web/tcp/http` to `80`, from `10.96.0.10 . tcp . 80 comment "shop/web:http" : goto …`. */
function portNumbers(table: CanonicalTable): ReadonlyMap<string, string> {
  const numbers = new Map<string, string>();
  for (const name of [collections.services, collections.refusedServices]) {
    for (const [key, rest] of table.collections.get(name)?.elements ?? []) {
      const [, protocol, number] = keyFields(key);
      const port = commentedPort(rest);
      if (number !== undefined && port !== undefined)
        numbers.set(`${port.service}/${protocol}/${port.portName}`, number);
    }
  }
  return numbers;
}
