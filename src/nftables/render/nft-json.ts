import { identifier, quoted } from '../../net/quote.ts';
import type {
  Chain,
  Collection,
  DataElement,
  ElementVerdict,
  Key,
  Rule,
  Ruleset,
  SetElement,
  Table,
  VerdictElement,
} from '../ast.ts';
import {
  concatenation,
  type Json,
  jsonAddress,
  jsonKey,
  jsonStatement,
} from './nft-json-expression.ts';

/**
 * A ruleset as input for `nft -j -f`: the same tables as the text, replaced in one transaction. JSON
 * can declare sets with `typeof` since nft 1.1.3; older versions refuse it, and there is no other way
 * to declare the maps of endpoints.
 */
export function renderNftJson(ruleset: Ruleset): string {
  const commands = [
    { metainfo: { json_schema_version: 1 } },
    ...ruleset.tables.flatMap(tableCommands),
  ];
  return `{ "nftables": [\n${commands.map((command) => JSON.stringify(command)).join(',\n')}\n] }\n`;
}

function tableCommands(table: Table): readonly Json[] {
  const { family } = table;
  const name = identifier(table.name);
  const bare = { table: { family, name } };
  return [
    { add: bare },
    { delete: bare },
    { add: { table: { family, name, ...comment(table.comment) } } },
    // Chains come before the verdicts that lead to them, maps before the rules that look into them.
    ...table.chains.map((chain) => ({ add: { chain: chainObject(chain, table) } })),
    ...table.collections.map((collection) => ({ add: collectionObject(collection, table) })),
    ...table.chains.flatMap((chain) =>
      chain.rules.map((rule) => ({ add: { rule: ruleObject(rule, chain, table) } })),
    ),
  ];
}

const comment = (text: string | undefined) =>
  text === undefined ? {} : { comment: quoted(text).slice(1, -1) };

function chainObject(chain: Chain, { family, name: table }: Table): Json {
  const { hook } = chain;
  const base =
    hook === undefined
      ? {}
      : { type: hook.type, hook: hook.hook, prio: hook.priority, policy: 'accept' };
  return { family, table, name: identifier(chain.name), ...comment(chain.comment), ...base };
}

function ruleObject(rule: Rule, chain: Chain, { family, name: table }: Table): Json {
  const expr = rule.statements.map((statement) => jsonStatement(statement, family));
  return { family, table, chain: identifier(chain.name), expr };
}

function collectionObject(collection: Collection, { family, name: table }: Table): Json {
  const head = {
    family,
    table,
    name: identifier(collection.name),
    type: { typeof: jsonKey(collection.key, family) },
    ...comment(collection.comment),
  };
  switch (collection.kind) {
    case 'set':
      return {
        set: { ...head, ...properties(collection), ...elements(collection.elements.map(keyJson)) },
      };
    case 'verdict-map':
      return {
        map: { ...head, map: 'verdict', ...elements(collection.elements.map(verdictElement)) },
      };
    case 'data-map': {
      const map = { typeof: jsonKey(collection.value, family) };
      return {
        map: {
          ...head,
          map,
          ...properties(collection),
          ...elements(collection.elements.map(dataElement)),
        },
      };
    }
  }
}

/** libnftables refuses an empty list. */
const elements = (elem: readonly Json[]) => (elem.length === 0 ? {} : { elem });

function properties(collection: Collection) {
  if (collection.kind === 'verdict-map') return {};
  const { timeout, size, dynamic } = collection;
  const isInterval = collection.kind === 'set' && collection.interval;
  const flags = [
    ...(isInterval ? ['interval'] : []),
    ...(dynamic === true ? ['dynamic'] : []),
    ...(timeout === undefined ? [] : ['timeout']),
  ];
  return {
    ...(flags.length === 0 ? {} : { flags }),
    ...(isInterval && collection.key.length === 1 ? { 'auto-merge': true } : {}),
    ...(size === undefined ? {} : { size }),
    ...(timeout === undefined ? {} : { timeout }),
  };
}

const verdictElement = (element: VerdictElement): Json => [
  keyJson(element),
  verdictJson(element.verdict),
];

const verdictJson = (verdict: ElementVerdict): Json =>
  verdict.kind === 'goto'
    ? { goto: { target: identifier(verdict.chain) } }
    : { [verdict.kind]: null };

const dataElement = (element: DataElement): Json => [keyJson(element), valuesJson(element.value)];

function keyJson(element: SetElement): Json {
  const val = valuesJson(element.key);
  return element.comment === undefined ? val : { elem: { val, ...comment(element.comment) } };
}

const protocols: ReadonlySet<string> = new Set(['tcp', 'udp', 'sctp']);

const valuesJson = (values: Key): Json =>
  concatenation(
    values.map((value) =>
      typeof value === 'number' || protocols.has(value) ? value : jsonAddress(value),
    ),
  );
