import type { Key } from '../ast.ts';
import { findElement } from './element-index.ts';
import type { PreparedCollection, PreparedTable } from './prepare.ts';
import type { Pins, WalkSurroundings } from './state.ts';
import type { Lookup } from './trace.ts';

/**
 * Looks `key` up in the set or map `name`; in a dynamic map also among the pins the caller gave.
 *
 * @throws when the table has no such set or map: the kernel refuses such a ruleset.
 */
export function lookUp({ table, pins }: WalkSurroundings, name: string, key: Key): Lookup {
  const { collection, index } = collectionOf(table, name);
  return { collection, key, element: findElement(index, key) ?? findPin(pins, name, key) };
}

function collectionOf(table: PreparedTable, name: string): PreparedCollection {
  const collection = table.collections.get(name);
  if (collection === undefined)
    throw new Error(`table ${table.table.name} has no set or map ${name}`);
  return collection;
}

function findPin(pins: Pins, map: string, key: Key): { key: Key; value: Key } | undefined {
  const address = pins.get(map)?.get(key.join(' '));
  return address === undefined ? undefined : { key, value: [address] };
}
