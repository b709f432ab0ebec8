import type { Collection } from '../ast.ts';
import { parseDataElements, parseSetElements, parseVerdictElements } from './elements.ts';
import { clientMapOf } from './names.ts';
import { parseProperties } from './properties.ts';
import type { Scanner } from './scanner.ts';
import { parseSelectors } from './selector.ts';
import type { TableContext } from './table-context.ts';

/** After the word `set`: its name and its block. */
export function parseSet(scanner: Scanner, table: TableContext): Collection {
  const name = openBlock(scanner, 'the name of a set');
  const key = parseSelectors(scanner, table.family);
  const properties = parseProperties(scanner, 'natc');
  const elements = parseBlockElements(scanner, () => parseSetElements(scanner, table, key));
  return { kind: 'set', name, key, interval: false, ...properties, elements };
}

/** After the word `map`: a verdict map or a data map. */
export function parseMap(scanner: Scanner, table: TableContext): Collection {
  const name = openBlock(scanner, 'the name of a map');
  const key = parseSelectors(scanner, table.family);
  scanner.expect(':');
  if (scanner.accept('verdict')) {
    const { interval: _, ...properties } = parseProperties(scanner, 'natc');
    const elements = parseBlockElements(scanner, () => parseVerdictElements(scanner, table, key));
    return { kind: 'verdict-map', name, key, ...properties, elements };
  }
  const value = parseSelectors(scanner, table.family);
  const { interval: _, ...properties } = parseProperties(scanner, 'natc');
  const elements = parseBlockElements(scanner, () => parseDataElements(scanner, table, key, value));
  const clients = properties.dynamic === true ? clientMapOf(name) : undefined;
  return {
    kind: 'data-map',
    name,
    key,
    value,
    ...properties,
    ...(clients && { clients }),
    elements,
  };
}

/** `name { typeof` */
function openBlock(scanner: Scanner, what: string): string {
  const name = scanner.name(what);
  scanner.expect('{');
  scanner.skipEnds();
  scanner.expect('typeof');
  return name;
}

/** `elements = { … }` where there are some, and the closing brace. */
export function parseBlockElements<E>(scanner: Scanner, parse: () => readonly E[]): readonly E[] {
  const elements = scanner.peek().text === 'elements' ? parse() : [];
  scanner.skipEnds();
  scanner.expect('}');
  return elements;
}
