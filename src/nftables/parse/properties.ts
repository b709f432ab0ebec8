import { parseDuration } from './duration.ts';
import type { Scanner } from './scanner.ts';

/** What stands in a set's or map's braces before its elements. */
export interface Properties {
  comment?: string;
  interval?: boolean;
  timeout?: number;
  dynamic?: boolean;
  size?: number;
}

/** What the kernel lists as the size of a set or map that rules write to, where none was declared. */
const dynamicSize = 65535;

/**
 * Reads up to `elements` or the closing brace.
 *
 * @param whose a table of natc's, which has no other properties than natc gives, or one of somebody else's, where
 * those that are nothing to packets are passed over
 */
export function parseProperties(scanner: Scanner, whose: 'natc' | 'other'): Properties {
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
        parseFlags(scanner, properties, whose);
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
        if (whose === 'natc' || !skipOther(scanner))
          scanner.fail('expected a property of a set that natc knows');
    }
  }
}

/** How often a set is swept, how it is stored, and counters of its elements. */
function skipOther(scanner: Scanner): boolean {
  if (scanner.accept('gc-interval')) parseDuration(scanner);
  else if (scanner.accept('policy')) scanner.next();
  else return scanner.accept('counter');
  return true;
}

/** `timeout` goes without saying where a timeout is given. */
function parseFlags(scanner: Scanner, properties: Properties, whose: 'natc' | 'other'): void {
  do {
    const own = ['interval', 'dynamic', 'timeout'] as const;
    const flag = whose === 'natc' ? scanner.oneOf(...own) : scanner.oneOf(...own, 'constant');
    if (flag === 'interval' || flag === 'dynamic') properties[flag] = true;
  } while (scanner.accept(','));
}
