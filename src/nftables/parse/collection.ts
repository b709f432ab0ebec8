import type { Collection } from '../ast.ts';
import { parseDuration } from './duration.ts';
import { parseDataElements, parseSetElements, parseVerdictElements } from './elements.ts';
import { clientMapOf } from './names.ts';
import type { Scanner } from './scanner.ts';
import { parseSelectors } from './selector.ts';
import type { TableContext } from './table-context.ts';

/** What stands in a set's or map's braces before its elements. */
interface Properties {
  comment?: string;
  interval?: boolean;
  timeout?: number;
  dynamic?: boolean;
  size?: number;
}

/** After the word `set`: its name and its block. */
export function parseSet(scanner: Scanner, table: TableContext): Collection {
  const name = openBlock(scanner, 'the name of a set');
  const key = parseSelectors(scanner, table.family);
  const properties = parseProperties(scanner);
  const elements = parseBlockElements(scanner, () => parseSetElements(scanner, table, key));
  return { kind: 'set', name, key, interval: false, ...properties, elements };
}

/** After the word `map`: a verdict map or a data map. */
export function parseMap(scanner: Scanner, table: TableContext): Collection {
  const name = openBlock(scanner, 'the name of a map');
  const key = parseSelectors(scanner, table.family);
  scanner.expect(':');
  if (scanner.accept('verdict')) {
    const { interval: _, ...properties } = parseProperties(scanner);
    const elements = parseBlockElements(scanner, () => parseVerdictElements(scanner, table, key));
    return { kind: 'verdict-map', name, key, ...properties, elements };
  }
  const value = parseSelectors(scanner, table.family);
  const { interval: _, ...properties } = parseProperties(scanner);
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

/** What the kernel lists as the size of a set or map that rules write to, where none was declared. */
const dynamicSize = 65535;

function parseProperties(scanner: Scanner): Properties {
  const properties: Properties = {};
  for (;;) {
    scanner.skipEnds();
    const { text } = scanner.peek();
    switch (text) {
      case 'elements':
      case '}':
        if (properties.dynamic && properties.size === dynamicSize) delete properties.size;
        return properties;
      case 'flags':
        scanner.next();
        parseFlags(scanner, properties);
        break;
      case 'timeout':
        scanner.next();
        properties.timeout = parseDuration(scanner);
        break;
      case 'size':
        scanner.next();
        properties.size = scanner.number('a size');
        break;
      case 'comment':
        scanner.next();
        properties.comment = scanner.next().text;
        break;
      case 'auto-merge':
        scanner.next();
        break;
      default:
        scanner.fail('expected a property of a set that natc knows');
    }
  }
}

/** `timeout` goes without saying where a timeout is given. */
function parseFlags(scanner: Scanner, properties: Properties): void {
  do {
    const flag = scanner.oneOf('interval', 'dynamic', 'timeout');
    if (flag !== 'timeout') properties[flag] = true;
  } while (scanner.accept(','));
}

function parseBlockElements<E>(scanner: Scanner, parse: () => readonly E[]): readonly E[] {
  const elements = scanner.peek().text === 'elements' ? parse() : [];
  scanner.skipEnds();
  scanner.expect('}');
  return elements;
}
