import type { Collection, DataElement, Ruleset, VerdictElement } from '../nftables/ast.ts';

/**
 * The outline of a listing with what natc's ruleset of the same objects knows besides: the fields behind
 * destinations and endpoints, what kind of address each is, and the nodes of endpoints. What only the listing
 * has stays as it is.
 *
 * @param compiled of the manifests that the listing is said to be of
 */
export function withOrigins(outline: Ruleset, compiled: Ruleset): Ruleset {
  return {
    tables: outline.tables.map((table) => {
      const own = compiled.tables.find(({ family }) => family === table.family);
      if (own === undefined) return table;
      const destinations = new Map<string, VerdictElement>();
      const endpoints = new Map<string, DataElement>();
      for (const collection of own.collections) {
        if (collection.kind === 'verdict-map')
          for (const element of collection.elements)
            if (element.frontend !== undefined) destinations.set(element.key.join(' '), element);
        if (collection.kind === 'data-map')
          for (const element of collection.elements)
            if (element.value.length === 2)
              endpoints.set(endpointKey(collection, element), element);
      }
      return {
        ...table,
        collections: table.collections.map((each) => enrich(each, destinations, endpoints)),
      };
    }),
  };
}

function enrich(
  collection: Collection,
  destinations: ReadonlyMap<string, VerdictElement>,
  endpoints: ReadonlyMap<string, DataElement>,
): Collection {
  switch (collection.kind) {
    case 'set':
      return collection;
    case 'verdict-map':
      return {
        ...collection,
        elements: collection.elements.map((element) => {
          const { origin, frontend } = destinations.get(element.key.join(' ')) ?? {};
          return { ...element, ...(origin && { origin }), ...(frontend && { frontend }) };
        }),
      };
    case 'data-map':
      return {
        ...collection,
        elements: collection.elements.map((element) => {
          const { origin, nodeName } = endpoints.get(endpointKey(collection, element)) ?? {};
          return {
            ...element,
            ...(origin && { origin }),
            ...(nodeName !== undefined && { nodeName }),
          };
        }),
      };
  }
}

/** The destination without the place in the list, and the endpoint. */
function endpointKey({ key }: Collection, element: DataElement): string {
  const fields = element.key.filter((_, index) => typeof key[index] === 'string');
  return [...fields, ...element.value].join(' ');
}
