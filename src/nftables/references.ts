import type { Chain, Statement } from './ast.ts';

/** What a rule names: another chain, or a set or map of its table. */
export interface Reference {
  readonly kind: 'chain' | 'collection';
  readonly name: string;
}

/** All that the rules of a chain name, as often as they do. */
export const referencesOf = ({ rules }: Pick<Chain, 'rules'>): readonly Reference[] =>
  rules.flatMap(({ statements }) => statements.flatMap(referenceOf));

function referenceOf(statement: Statement): readonly Reference[] {
  switch (statement.kind) {
    case 'jump':
    case 'goto':
      return [{ kind: 'chain', name: statement.chain }];
    case 'vmap':
    case 'dnat':
    case 'map-update':
      return [{ kind: 'collection', name: statement.map }];
    case 'in-set':
      return [{ kind: 'collection', name: statement.set }];
    default:
      return [];
  }
}
