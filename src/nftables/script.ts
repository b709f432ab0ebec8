import { identifier, quoted } from '../net/quote.ts';
import type { Operation } from './delta.ts';

/**
 * Operations as input for `nft -f`: one transaction, a command a line; lists of more than three elements
 * have an element a line.
 */
export const renderScript = (operations: readonly Operation[]): string =>
  operations.map((operation) => `${renderOperation(operation)}\n`).join('');

/** The same on one line, as `nft -i` takes a transaction. */
export const renderLine = (operations: readonly Operation[]): string =>
  operations.map((operation) => renderOperation(operation).replace(/\n\t?/g, ' ')).join('; ');

function renderOperation(operation: Operation): string {
  const table = `${operation.family} ${identifier(operation.table)}`;
  switch (operation.kind) {
    case 'add-table':
      return `add table ${table}${block([], operation.comment)}`;
    case 'delete-table':
      return `delete table ${table}`;
    case 'add-chain':
      return `add chain ${table} ${identifier(operation.chain)}${
        operation.hook === '' ? '' : ` { ${operation.hook} }`
      }`;
    case 'flush-chain':
      return `flush chain ${table} ${identifier(operation.chain)}`;
    case 'delete-chain':
      return `delete chain ${table} ${identifier(operation.chain)}`;
    case 'add-rule':
      return `add rule ${table} ${identifier(operation.chain)} ${operation.rule}`;
    case 'add-collection':
      return `add ${operation.what} ${table} ${identifier(operation.collection)}${block(
        [operation.declaration],
        operation.comment,
      )}`;
    case 'flush-set':
      return `flush set ${table} ${identifier(operation.collection)}`;
    case 'delete-collection':
      return `delete ${operation.what} ${table} ${identifier(operation.collection)}`;
    case 'add-elements':
    case 'delete-elements': {
      const verb = operation.kind === 'add-elements' ? 'add' : 'delete';
      return `${verb} element ${table} ${identifier(operation.collection)} ${elementBlock(
        operation.elements,
      )}`;
    }
  }
}

function block(parts: readonly string[], comment: string | undefined): string {
  const all = comment === undefined ? parts : [...parts, `comment ${quoted(comment)}`];
  return all.length === 0 ? '' : ` { ${all.map((part) => `${part};`).join(' ')} }`;
}

const elementBlock = (elements: readonly string[]): string =>
  elements.length <= 3
    ? `{ ${elements.join(', ')} }`
    : `{\n${elements.map((element) => `\t${element},`).join('\n')}\n}`;
