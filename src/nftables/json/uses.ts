/** What rules do with the sets and maps of their table: of fields, JSON names only the types. */
import { printExpression } from './expression.ts';
import { isObject, listOf, onlyEntry } from './json.ts';

/** How a set or map is asked for. */
export interface Use {
  /** The fields of a packet that are its key, as nft prints them, one by one. */
  readonly key: readonly string[];
  /** Rules write to it. */
  readonly isWritten: boolean;
  /** What is kept for a key, where a rule says so. */
  readonly value?: string;
}

/**
 * Uses by the name of the set or map, the last of several.
 *
 * @param rules the statements of each
 */
export function usesIn(rules: readonly (readonly unknown[])[]): ReadonlyMap<string, Use> {
  const uses = new Map<string, Use>();
  const note = (reference: unknown, use: Use | undefined): void => {
    if (typeof reference !== 'string' || !reference.startsWith('@') || use === undefined) return;
    const name = reference.slice(1);
    const isWritten = use.isWritten || uses.get(name)?.isWritten === true;
    const { value = uses.get(name)?.value } = use;
    uses.set(name, { key: use.key, isWritten, ...(value !== undefined && { value }) });
  };
  for (const statements of rules)
    for (const statement of statements) {
      if (typeof statement === 'string') {
        // In nft's own words, where its JSON has none: `update @name { ip saddr : ip daddr }`.
        const [, name, key = '', value] =
          /^(?:update|add|delete) @(\S+) \{ ([^:}]*?)(?: : ([^}]*))? \}$/.exec(statement) ?? [];
        if (name !== undefined)
          note(`@${name}`, { key: key.split(' . '), isWritten: true, ...(value && { value }) });
        continue;
      }
      const [kind, held] = onlyEntry(statement) ?? [];
      if (!isObject(held)) continue;
      switch (kind) {
        case 'match':
          note(held['right'], read(held['left'], statements));
          break;
        case 'vmap':
          note(held['data'], read(held['key'], statements));
          break;
        case 'set':
        case 'map': {
          const value = printExpression(held['data']);
          const use = read(held['elem'], statements);
          note(
            held['set'] ?? held['map'],
            use && { ...use, isWritten: true, ...(value !== undefined && { value }) },
          );
          break;
        }
        case 'dnat': {
          const [inner, map] = onlyEntry(held['addr']) ?? [];
          if (inner === 'map' && isObject(map)) note(map['data'], read(map['key'], statements));
          break;
        }
        default:
          break;
      }
    }
  return uses;
}

function read(expression: unknown, rule: readonly unknown[]): Use | undefined {
  const [kind, held] = onlyEntry(expression) ?? [];
  const fields = (kind === 'concat' ? listOf(held) : [expression]).map(printExpression);
  if (!fields.every((field) => field !== undefined)) return undefined;
  return { key: fields.map((field) => asDeclared(field, rule)), isWritten: false };
}

/** What conntrack keeps of the packet cannot be declared: the field of the packet itself stands for it. */
function asDeclared(field: string, rule: readonly unknown[]): string {
  if (field === 'ct original proto-dst') return `${protocolOf(rule) ?? 'th'} dport`;
  return field.replace(/^ct original (?=ip6? )/, '');
}

/** The protocol that a rule is for. */
function protocolOf(rule: readonly unknown[]): string | undefined {
  for (const statement of rule) {
    const [kind, held] = onlyEntry(statement) ?? [];
    if (kind !== 'match' || !isObject(held) || held['op'] !== '==') continue;
    if (printExpression(held['left']) === 'meta l4proto') return printExpression(held['right']);
  }
  return undefined;
}
